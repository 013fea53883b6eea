/* Hashes, random numbers, UTF-8, numbers, outputs, the team. */
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "maas/base.h"
#include "../test.h"

static void
hashes(void)
{
	unsigned char text[40000];
	uint32_t bits = 0xFFFFFFFFu, want;

	/* RFC 3720, appendix B.4. */
	memset(text, 0, 32);
	ok(maas_crc32c(0, text, 32) == 0x8A9136AAu, "crc32c of 32 zeros");
	memset(text, 0xFF, 32);
	ok(maas_crc32c(0, text, 32) == 0x62A8AB43u, "crc32c of 32 ones");
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (unsigned char)(i * 131 + i / 7);
	for (size_t i = 0; i < sizeof text; i++) { /* bit by bit */
		bits ^= text[i];
		for (int k = 0; k < 8; k++)
			bits = bits & 1 ? bits >> 1 ^ 0x82F63B78u : bits >> 1;
	}
	want = ~bits;
	ok(maas_crc32c(0, text, sizeof text) == want, "crc32c, this processor's");
	ok(maas_crc32c(maas_crc32c(0, text, 12345), text + 12345, sizeof text - 12345) == want, "in two pieces");
	maas_isa_force(MAAS_PORTABLE);
	ok(maas_crc32c(0, text, sizeof text) == want, "crc32c, portable");
	maas_isa_force(maas_isa_best());
	ok(maas_hash("a", 1, 0) != maas_hash("a\0", 2, 0) && maas_hash("a", 1, 0) != maas_hash("a", 1, 1),
	    "hash tells apart");
	ok(maas_hash(text, 1000, 9) == maas_hash(text, 1000, 9), "and is a function");
}

static void
random_numbers(void)
{
	uint32_t r[4], item[1000];
	static float x[10001], same[10001];
	double sum = 0, square = 0;
	int seen[1000] = { 0 }, moved = 0;

	/* The known answers of the authors' Random123 for philox4x32-10. */
	maas_philox(r, 0, 0, 0);
	ok(r[0] == 0x6627e8d5u && r[1] == 0xe169c58du && r[2] == 0xbc57ac4cu && r[3] == 0x9b00dbd8u, "philox of zeros");
	maas_philox(r, ~0ull, ~0ull, ~0ull);
	ok(r[0] == 0x408f276du && r[1] == 0x41c83b0eu && r[2] == 0xa20bc7c6u && r[3] == 0x6d5451fdu, "philox of ones");
	maas_fill_normal(x, MAAS_COUNT(x), 2, 7, 3);
	for (size_t i = 0; i < MAAS_COUNT(x); i++)
		sum += x[i], square += (double)x[i] * x[i];
	ok(fabs(sum / MAAS_COUNT(x)) < 0.1 && fabs(square / MAAS_COUNT(x) - 4) < 0.2,
	    "normal: mean %.3f, variance %.3f", sum / MAAS_COUNT(x), square / MAAS_COUNT(x));
	for (int threads = 1; threads <= 3; threads += 2) {
		struct maas_team *team = maas_team_new(threads);

		memset(same, 0, sizeof same);
		if (team)
			maas_fill_normal_team(team, same, MAAS_COUNT(same), 2, 7, 3);
		ok(!memcmp(same, x, sizeof x), "normal: the same by a team of %d", threads);
		maas_team_free(team);
	}
	for (uint32_t i = 0; i < 1000; i++)
		item[i] = i;
	maas_shuffle(item, 1000, 1, 2);
	for (uint32_t i = 0; i < 1000; i++) {
		seen[item[i]]++;
		moved += item[i] != i;
	}
	for (int i = 0; i < 1000; i++)
		if (seen[i] != 1)
			moved = 0;
	ok(moved > 900, "a shuffle is a permutation");
}

static void
utf8(void)
{
	static const char good[] = "a\xC3\xA9\xE4\xBA\xBA\xF0\x9F\x98\x80";
	static const char bad[] = "\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80\xFF\xE4\xBA";
	const char *p = good, *end = good + sizeof good - 1;
	char put[4];
	int fine = 1;

	fine &= maas_utf8_next(&p, end) == 'a' && maas_utf8_next(&p, end) == 0xE9 &&
	    maas_utf8_next(&p, end) == 0x4EBA && maas_utf8_next(&p, end) == 0x1F600 && p == end;
	ok(fine, "one to four bytes");
	for (p = bad, end = bad + sizeof bad - 1; p < end;)
		fine &= maas_utf8_next(&p, end) < 0;
	ok(fine, "overlong, surrogate, too large, cut short: each byte refused");
	ok(maas_utf8_put(put, 0x1F600) == 4 && !memcmp(put, "\xF0\x9F\x98\x80", 4), "put");
	ok(maas_utf8_whole("ab\xE4\xBA", 4) == 2 && maas_utf8_whole("ab\xE4\xBA\xBA", 5) == 5,
	    "a character cut short waits");
	ok(maas_utf8_whole("\xF0\x9F\x98", 3) == 0 && maas_utf8_whole("\xBA\xBA", 2) == 2, "a stray byte does not");
	ok(maas_utf8_whole("\xE0\x80", 2) == 2, "nor one that can become nothing");
}

static void
numbers(void)
{
	double v;
	int64_t i;

	ok(maas_parse_real((struct maas_span){ "1.5e3x", 5 }, &v) == 0 && v == 1500, "a real in a longer text");
	ok(maas_parse_real(maas_span("-.5"), &v) == 0 && v == -0.5, "no leading digit");
	ok(maas_parse_real(maas_span("inf"), &v) == 0 && isinf(v), "infinity");
	ok(maas_parse_real(maas_span("0x10"), &v) < 0 && maas_parse_real(maas_span("1 "), &v) < 0 &&
		maas_parse_real(maas_span(""), &v) < 0 && maas_parse_real((struct maas_span){ "1\0", 2 }, &v) < 0 &&
		maas_parse_real(maas_span("nan(1)"), &v) < 0,
	    "hexadecimal, blanks, nothing, NUL, a tagged NaN are none");
	ok(maas_parse_int(maas_span("-42"), &i) == 0 && i == -42, "an integer");
	ok(maas_parse_int(maas_span("9223372036854775808"), &i) < 0 && maas_parse_int(maas_span(" 1"), &i) < 0,
	    "too large, blank");
}

static void
outputs(void)
{
	struct maas_map map;
	struct maas_out *o = maas_out_open("file");
	int lock, second;

	fputs("old", maas_out_file(o));
	ok(maas_out_commit(o, MAAS_DURABLE) == 0, "written");
	o = maas_out_open("file");
	fputs("new", maas_out_file(o));
	maas_out_abort(o);
	ok(maas_map_open(&map, "file") == 0 && map.n == 3 && !memcmp(map.p, "old", 3), "an abort leaves the old");
	maas_map_close(&map);
	ok(!maas_out_open(".") && maas_why() == MAAS_CANTCREATE, "a directory is no file: %s", maas_error());
	ok(!maas_out_open("none/x") && maas_why() == MAAS_CANTCREATE, "no such folder: %s", maas_error());
	o = maas_out_open("/dev/full");
	fputs("new", maas_out_file(o));
	ok(maas_out_commit(o, 0) < 0 && maas_why() == MAAS_IO, "a full disk: %s", maas_error());
	ok(maas_map_open(&map, ".") < 0 && maas_why() == MAAS_NOINPUT, "mapping a directory: %s", maas_error());
	lock = maas_lock_open("lock");
	second = maas_lock_open("lock");
	ok(lock >= 0 && second < 0 && maas_why() == MAAS_TEMPFAIL, "locked: %s", maas_error());
	maas_lock_close(lock);
	second = maas_lock_open("lock");
	ok(second >= 0, "free again");
	maas_lock_close(second);
}

struct job {
	atomic_int touched[1000];
	atomic_int wrong;
};

static void
touch(void *arg, size_t begin, size_t end, int member)
{
	struct job *j = arg;

	if (begin % 7 || (end - begin != 7 && end != 1000) || member < 0 || member >= 4)
		atomic_fetch_add(&j->wrong, 1);
	for (size_t i = begin; i < end; i++)
		atomic_fetch_add(&j->touched[i], 1);
}

static void
team(void)
{
	struct maas_team *t = maas_team_new(4);
	static struct job j;
	int fine = 1;

	ok(t && maas_team_size(t) == 4, "a team of four");
	for (int run = 0; run < 2000; run++)
		maas_team_run(t, 1000, 7, touch, &j);
	for (int i = 0; i < 1000; i++)
		fine &= j.touched[i] == 2000;
	ok(fine && !j.wrong, "every item once a run, ranges where they belong");
	usleep(50000); /* long enough for the members to sleep */
	maas_team_run(t, 1000, 7, touch, &j);
	ok(j.touched[999] == 2001, "woken again");
	maas_team_free(t);
	maas_team_free(NULL);
}

int
main(void)
{
	char folder[] = "/tmp/maas-test-XXXXXX";

	hashes();
	random_numbers();
	utf8();
	numbers();
	if (mkdtemp(folder) && chdir(folder) == 0)
		outputs();
	unlink("file");
	unlink("lock");
	(void)!chdir("/");
	rmdir(folder);
	team();
	return done();
}
