/* What the processor can do at most, by one thread and by all: see roof.h.  Rates of the other benches are shares of it. */
#include "../roof.h"

static void
tell_ops(struct maas_team *team, enum roof_unit unit, enum maas_isa tier)
{
	printf("limit of %s\t%.0f\t%s\t%d threads\n", roof_way(unit, tier).name, 1e-9 * roof_ops(team, unit, tier),
	    unit == ROOF_INT8 ? "GOP/s" : "GFLOP/s", maas_team_size(team));
}

/* A process measures each limit once, for one team: -j says which. */
int
main(int argc, char **argv)
{
	static const size_t mib[] = { 1, 4, 16, 64, 256, 1024 };
	struct roof_args a;

	if (roof_parse(&a, argc, argv) < 0)
		return 64;
	for (int tier = maas_isa(); tier >= MAAS_PORTABLE; tier--)
		for (int unit = 0; unit < ROOF_UNITS; unit++)
			if (unit == ROOF_F32 ||
			    (roof_way(unit, tier).loop != roof_way(ROOF_F32, tier).loop &&
				roof_way(unit, tier).loop != roof_way(unit, tier - 1).loop))
				tell_ops(a.team, (enum roof_unit)unit, (enum maas_isa)tier);
	for (size_t i = 0; i < MAAS_COUNT(mib); i++)
		for (int update = 0; update < 2; update++)
			printf("limit of %s %zu MiB\t%.1f\tGB/s\t%d threads\n", update ? "updating" : "reading", mib[i],
			    1e-9 * roof_memory(a.team, mib[i] << 20, update), maas_team_size(a.team));
	maas_team_free(a.team);
	return 0;
}
