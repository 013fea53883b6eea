/* serve_keys.c -- maas-serve key: add, list, revoke. */
#include <string.h>
#include <time.h>

#include "serve_accounts.h"

struct key_options {
	const char *state, *scope;
	struct maas_list model;
	double rps, expires;
	long tokens_per_minute;
};

static const struct maas_field key_fields[] = { MAAS_TEXT(0, key_options, state, NULL, "directory of the keys"),
	MAAS_TEXT(
	    0, key_options, scope, "infer", "what the key is for: infer, admin, metrics, or several parted by commas"),
	MAAS_LIST(0, key_options, model, "NAME", "for this model only; may be repeated"),
	MAAS_REAL(0, key_options, rps, 0, 1e6, 0, "requests a second; 0: as many as it likes"),
	MAAS_INT(0, key_options, tokens_per_minute, 0, 1e12, 0, "tokens a minute; 0: as many as it likes"),
	MAAS_DURATION(0, key_options, expires, 0, "time until the key is no good any more; 0: never"), MAAS_END };

static int
key_add(struct call *c, struct maas_state *state, const struct key_options *o)
{
	struct maas_key k = { .name = c->operand[1], .rps = o->rps, .tokens_per_minute = o->tokens_per_minute };
	struct maas_buf models = { 0 };
	char text[MAAS_KEY_TEXT];
	int rc = -1;

	if (o->expires > 0)
		k.expires = (int64_t)time(NULL) + (int64_t)o->expires;
	if (join_models(&o->model, &models) == 0 && maas_scopes_parse(o->scope, &k.scopes) == 0) {
		k.models = models.n ? models.s : "";
		rc = maas_key_add(state, &k, text);
	}
	maas_buf_free(&models);
	if (rc < 0)
		return fail(c);
	printf("%s\n", text);
	rc = finish(c);
	if (rc && maas_key_revoke(state, k.id) < 0) /* nobody has seen it: nobody shall have it */
		warn(c, "key %s: %s", k.id, maas_error());
	return rc;
}

static int
print_key(void *ctx, const struct maas_key *k)
{
	int64_t now = time(NULL);

	(void)ctx;
	printf("%s\t%s\t%s\t%s\t%s\t%.9g\t%lld", k->id, k->name,
	    k->revoked                            ? "revoked"
		: k->expires && now >= k->expires ? "expired"
						  : "good",
	    maas_scopes_print(k->scopes), *k->models ? k->models : "*", k->rps, (long long)k->tokens_per_minute);
	print_time(k->created);
	print_time(k->expires);
	printf("\n");
	return 0;
}

static int
key_list(struct call *c, struct maas_state *state)
{
	printf("id\tname\tstate\tscope\tmodels\trps\ttokens_per_minute\tcreated\texpires\n");
	return maas_key_each(state, print_key, NULL) < 0 ? fail(c) : finish(c);
}

static int
check_key_words(struct call *c)
{
	const char *word = c->n ? c->operand[0] : "";

	if (!strcmp(word, "list"))
		return c->n == 1 ? 0 : misuse(c, "key list takes no operand");
	if (!strcmp(word, "add"))
		return c->n != 2 || !*c->operand[1]          ? misuse(c, "key add takes one NAME")
		    : maas_key_name_check(c->operand[1]) < 0 ? misuse(c, "key add: %s", maas_error())
							     : 0;
	if (!strcmp(word, "revoke"))
		return c->n == 2 ? 0 : misuse(c, "key revoke takes one ID");
	return misuse(c, "key add NAME, key list or key revoke ID");
}

static int
key(struct call *c)
{
	const struct key_options *o = c->part[0];
	struct maas_state *state = NULL;
	int rc = check_key_words(c);

	if (rc)
		return rc;
	if (!(state = open_state(o->state)))
		rc = fail(c);
	else if (!strcmp(c->operand[0], "add"))
		rc = key_add(c, state, o);
	else if (!strcmp(c->operand[0], "list"))
		rc = key_list(c, state);
	else
		rc = maas_key_revoke(state, c->operand[1]) < 0 ? fail(c) : 0;
	maas_state_close(state);
	return rc;
}

const struct verb key_verb = {
	.name = "key",
	.operands = "add NAME | list | revoke ID",
	.what = "make, list and revoke keys",
	.run = key,
	.part = { { key_fields, sizeof(struct key_options) } },
};
