/* What the processor can do at most, by one thread and by all: see roof.h.  Rates of others are shares of it. */
#include "../roof.h"

static void
tell_ops(struct maas_team *team, enum roof_unit unit, enum maas_isa tier)
{
	printf("limit of %s\t%.0f\t%s\t%d threads\n", roof_way(unit, tier).name, 1e-9 * roof_ops(team, unit, tier),
	    unit == ROOF_INT8 ? "GOP/s" : "GFLOP/s", maas_team_size(team));
}

static void
tell_memory(struct maas_team *team)
{
	static const size_t mib[] = { 1, 4, 16, 64, 256, 1024 };

	for (size_t i = 0; i < MAAS_COUNT(mib); i++)
		for (int update = 0; update < 2; update++)
			printf("limit of %s %zu MiB\t%.1f\tGB/s\t%d threads\n", update ? "updating" : "reading", mib[i],
			    1e-9 * roof_memory(team, mib[i] << 20, update), maas_team_size(team));
}

static void
tell_all(struct maas_team *team)
{
	for (int tier = maas_isa(); tier >= MAAS_PORTABLE; tier--)
		for (int unit = 0; unit < ROOF_UNITS; unit++) {
			roof_loop *loop = roof_way(unit, tier).loop;

			if (unit == ROOF_F32 ||
			    (loop != roof_way(ROOF_F32, tier).loop && loop != roof_way(unit, tier - 1).loop))
				tell_ops(team, (enum roof_unit)unit, (enum maas_isa)tier);
		}
	tell_memory(team);
}

int
main(int argc, char **argv)
{
	struct maas_team *alone = maas_team_new(1);
	struct roof_args a;

	if (!alone || roof_parse(&a, argc, argv) < 0)
		return 64;
	tell_all(alone);
	if (maas_team_size(a.team) > 1)
		tell_all(a.team);
	maas_team_free(alone);
	maas_team_free(a.team);
	return 0;
}
