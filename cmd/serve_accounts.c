/* serve_accounts.c -- maas-serve invite, usage, audit, erase. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "serve_accounts.h"

struct maas_state *
open_state(const char *dir)
{
	struct maas_buf place = { 0 };
	struct maas_state *s = NULL;

	if (dir || maas_state_default(&place) == 0)
		s = maas_state_open(dir ? dir : place.s);
	maas_buf_free(&place);
	return s;
}

int
join_models(const struct maas_list *list, struct maas_buf *to)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strchr(list->item[i], ',') || maas_key_name_check(list->item[i]) < 0)
			return maas_fail_as(MAAS_USAGE, "--model: no model's name: '%s'", list->item[i]);
		if ((i && maas_buf_text(to, ",") < 0) || maas_buf_text(to, list->item[i]) < 0)
			return -1;
	}
	return 0;
}

void
print_time(int64_t t)
{
	putchar('\t');
	print_when(t);
}

/* Invites */

struct invite_options {
	const char *state;
	struct maas_list model;
	double rps, expires;
	long tokens_per_minute, uses;
};

static const struct maas_field invite_fields[] = { MAAS_TEXT(0, invite_options, state, NULL, "directory of the keys"),
	MAAS_LIST(0, invite_options, model, "NAME", "the key is for this model only; may be repeated"),
	MAAS_INT(0, invite_options, uses, 1, 1e6, 1, "keys that the invite makes"),
	MAAS_REAL(0, invite_options, rps, 0, 1e6, 0, "requests a second of a key; 0: as many as it likes"),
	MAAS_INT(0, invite_options, tokens_per_minute, 0, 1e12, 0, "tokens a minute of a key; 0: as many as it likes"),
	MAAS_DURATION(0, invite_options, expires, 604800, "time until the invite is no good any more; 0: never"),
	MAAS_END };

static int
invite(struct call *c)
{
	const struct invite_options *o = c->part[0];
	struct maas_invite v = { .rps = o->rps, .tokens_per_minute = o->tokens_per_minute, .uses = o->uses };
	struct maas_buf models = { 0 };
	struct maas_state *s = NULL;
	char text[MAAS_INVITE_TEXT];
	int rc;

	if (c->n)
		return misuse(c, "invite takes no operand");
	if (o->expires > 0)
		v.expires = (int64_t)time(NULL) + (int64_t)o->expires;
	if (join_models(&o->model, &models) < 0 || !(s = open_state(o->state)) ||
	    (v.models = models.n ? models.s : "", maas_invite_add(s, &v, text)) < 0) {
		rc = fail(c);
	} else {
		printf("%s\n", text);
		rc = finish(c);
		if (rc && maas_invite_withdraw(s, text) < 0) /* nobody has seen it: nobody shall use it */
			warn(c, "%s", maas_error());
	}
	maas_state_close(s);
	maas_buf_free(&models);
	return rc;
}

/* Usage */

struct usage_options {
	const char *state;
	int csv;
	struct maas_list price;
};

static const struct maas_field usage_fields[] = { MAAS_TEXT(0, usage_options, state, NULL, "directory of the keys"),
	MAAS_FLAG(0, usage_options, csv, "as CSV, else with tabs"),
	MAAS_LIST(0, usage_options, price, "NAME=IN[/OUT[/REQUESTS]]",
	    "price of a million tokens read, written, and of requests to a model; may be repeated"),
	MAAS_END };

static void
print_cell(const char *s, int csv)
{
	if (!csv || !strpbrk(s, ",\"\r\n")) {
		fputs(s, stdout);
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '"')
			putchar('"');
		putchar(*s);
	}
	putchar('"');
}

static int
print_usage_line(void *ctx, const struct maas_usage *u)
{
	const struct usage_options *o = ctx;
	const char *cell[] = { u->key, u->name, u->model };
	time_t at = (time_t)(u->day * 86400);
	char day[16] = "", sep = o->csv ? ',' : '\t';
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(day, sizeof day, "%Y-%m-%d", &tm);
	fputs(day, stdout);
	for (size_t i = 0; i < MAAS_COUNT(cell); i++) {
		putchar(sep);
		print_cell(cell[i], o->csv);
	}
	printf("%c%llu%c%llu%c%llu%c%.6f\n", sep, (unsigned long long)u->requests, sep,
	    (unsigned long long)u->tokens_in, sep, (unsigned long long)u->tokens_out, sep,
	    maas_usage_amount(u, &o->price));
	return 0;
}

static int
usage(struct call *c)
{
	struct usage_options *o = c->part[0];
	struct maas_state *s;
	int rc;

	if (c->n)
		return misuse(c, "usage takes no operand");
	if (maas_prices_check(&o->price) < 0 || !(s = open_state(o->state)))
		return fail(c);
	for (const char *p = "day\tkey\tname\tmodel\trequests\ttokens_in\ttokens_out\tamount\n"; *p; p++)
		putchar(*p == '\t' && o->csv ? ',' : *p);
	rc = maas_usage_each(s, NULL, print_usage_line, o) < 0 ? fail(c) : finish(c);
	maas_state_close(s);
	return rc;
}

/* The audit trail */

struct audit_options {
	const char *state, *head;
	int verify;
	double since;
};

static const struct maas_field audit_fields[] = { MAAS_TEXT(0, audit_options, state, NULL, "directory of the keys"),
	MAAS_FLAG(0, audit_options, verify, "see whether the trail is whole, and print where it ends"),
	MAAS_TEXT(0, audit_options, head, NULL, "with --verify: an end noted earlier, which must be part of it"),
	MAAS_DURATION(0, audit_options, since, 0, "sum up the events of this last time, such as 7d; 0: list all"),
	MAAS_END };

static int
print_entry(void *ctx, const struct maas_audit_entry *e)
{
	(void)ctx;
	printf("%lld", (long long)e->seq);
	print_time(e->at);
	if (e->what)
		printf("\t%s\t%lld\t%s\t%s\t%s\n", e->what, (long long)e->count, e->key, e->peer, e->detail);
	else
		printf("\t-\t-\t-\t-\t-\n");
	return 0;
}

static int
print_kind(void *ctx, const struct maas_audit_entry *e)
{
	(void)ctx;
	printf("%s\t%lld", e->what, (long long)e->count);
	print_time(e->at);
	printf("\n");
	return 0;
}

static int
verify(struct call *c, struct maas_state *s, const struct audit_options *o)
{
	struct maas_audit_check found;

	if (maas_audit_verify(s, o->head, &found) < 0)
		return fail(c);
	printf("%lld entries, %lld of them erased\n%lld:%s\n", (long long)found.entries, (long long)found.erased,
	    (long long)found.entries, found.head);
	return finish(c);
}

static int
audit(struct call *c)
{
	const struct audit_options *o = c->part[0];
	struct maas_state *s;
	int rc;

	if (c->n)
		return misuse(c, "audit takes no operand");
	if (o->head && !o->verify)
		return misuse(c, "--head goes with --verify");
	if (o->verify && o->since > 0)
		return misuse(c, "--verify is about the whole trail: --since does not go with it");
	if (!(s = open_state(o->state)))
		return fail(c);
	if (o->verify) {
		rc = verify(c, s, o);
	} else if (o->since > 0) {
		printf("event\tcount\tlast\n");
		rc = maas_audit_summary(s, (int64_t)time(NULL) - (int64_t)o->since, print_kind, NULL) < 0 ? fail(c)
													  : finish(c);
	} else {
		printf("number\ttime\tevent\tcount\tkey\tpeer\tdetail\n");
		rc = maas_audit_each(s, 0, print_entry, NULL) < 0 ? fail(c) : finish(c);
	}
	maas_state_close(s);
	return rc;
}

/* Erasing */

struct erase_options {
	const char *state, *key;
	double before;
};

static const struct maas_field erase_fields[] = { MAAS_TEXT(0, erase_options, state, NULL, "directory of the keys"),
	MAAS_TEXT(0, erase_options, key, NULL, "all that is kept of the key of this id, and the key"),
	MAAS_DURATION(0, erase_options, before, NAN, "usage and events older than this, such as 90d"), MAAS_END };

static int
erase(struct call *c)
{
	const struct erase_options *o = c->part[0];
	struct maas_erased n;
	struct maas_state *s;
	int64_t then = (int64_t)time(NULL) - (o->key ? 0 : (int64_t)o->before);
	int rc;

	if (c->n)
		return misuse(c, "erase takes no operand");
	if (!o->key == (isnan(o->before) != 0))
		return misuse(c, "erase wants --key ID or --before TIME");
	if (!(s = open_state(o->state)))
		return fail(c);
	if ((o->key ? maas_erase_key(s, o->key, &n) : maas_erase_before(s, then, then, &n)) < 0) {
		rc = fail(c);
	} else {
		if (!c->common.quiet)
			printf("%lld keys, %lld lines of usage, %lld events\n", (long long)n.keys, (long long)n.usage,
			    (long long)n.entries);
		rc = finish(c);
	}
	maas_state_close(s);
	return rc;
}

const struct verb invite_verb = { .name = "invite",
	.operands = "",
	.what = "make a code that makes a key for who has it",
	.run = invite,
	.part = { { invite_fields, sizeof(struct invite_options) } } };
const struct verb usage_verb = { .name = "usage",
	.operands = "",
	.what = "print what was used, by day, key and model",
	.run = usage,
	.part = { { usage_fields, sizeof(struct usage_options) } } };
const struct verb audit_verb = { .name = "audit",
	.operands = "",
	.what = "print or verify the trail of security events",
	.run = audit,
	.part = { { audit_fields, sizeof(struct audit_options) } } };
const struct verb erase_verb = { .name = "erase",
	.operands = "",
	.what = "erase what is kept of a key, or what is old",
	.run = erase,
	.part = { { erase_fields, sizeof(struct erase_options) } } };
