/*
 * route_openapi.c -- /openapi.json: the routes, told by their own table, so that none is
 * missing and none is too many (OpenAPI 3.1).  What bodies look like stands here.
 */
#include <string.h>

#include "server.h"

enum { TABLES = 1, BYTES };

struct described { /* a route by its name in routes.def */
	const char *name, *summary;
	const char *request; /* schema of its body; NULL: none */
	int besides;         /* TABLES, BYTES: what else a body may be, and so may be the reply; 0: nothing */
	const char *reply;   /* schema; NULL: not JSON */
	const char *type;    /* besides or instead of JSON; NULL */
};

static const struct described described[] = {
	{ "page", "The page for people", NULL, 0, NULL, "text/html" },
	{ "page_style", "How the page looks", NULL, 0, NULL, "text/css" },
	{ "page_script", "What the page does", NULL, 0, NULL, "text/javascript" },
	{ "page_icon", "The page's mark", NULL, 0, NULL, "image/svg+xml" },
	{ "health", "The server lives", NULL, 0, "Status", NULL },
	{ "ready", "The server takes requests; 503 while it ends", NULL, 0, "Status", NULL },
	{ "metrics", "Counters for Prometheus", NULL, 0, NULL, "text/plain" },
	{ "openapi", "This description", NULL, 0, "Description", NULL },
	{ "models", "The models that the key may ask", NULL, 0, "Models", NULL },
	{ "model", "What a model is", NULL, 0, "Model", NULL },
	{ "predict", "Answer texts, rows, a picture or a sound", "Records", TABLES, "Answers", NULL },
	{ "explain", "Answer texts, rows, a picture or a sound, and why", "Questions", TABLES, "Answers", NULL },
	{ "completions", "Continue texts, as OpenAI's completions", "Completion", 0, "Completed", "text/event-stream" },
	{ "embeddings", "Vectors of texts, as OpenAI's embeddings", "Embedding", 0, "Embedded", NULL },
	{ "tokenize", "A text to token ids", "Content", 0, "Tokens", NULL },
	{ "detokenize", "Token ids to their text", "Ids", 0, "Text", NULL },
	{ "register", "A key for an invite", "Invite", 0, "Key", NULL },
	{ "usage", "What the key has used, and what is left of its quotas", NULL, 0, "Usage", NULL },
	{ "reload", "Look at the models again, as SIGHUP does, and say what came of it", NULL, 0, "Reload", NULL },
	{ "terms", "The terms of the service", NULL, 0, "Terms", NULL },
	{ "v2", "The server, by the Open Inference Protocol", NULL, 0, "V2Server", NULL },
	{ "v2_live", "The server lives", NULL, 0, "V2Live", NULL },
	{ "v2_ready", "The server takes requests", NULL, 0, "V2Ready", NULL },
	{ "v2_model", "The tensors of a model", NULL, 0, "V2Model", NULL },
	{ "v2_model_ready", "The model answers", NULL, 0, "V2ModelReady", NULL },
	{ "v2_index", "The versions of all models, and their states", "V2Ask", 0, NULL, "application/json" },
	{ "v2_infer", "Tensors in, tensors out", "V2Request", BYTES, "V2Reply", NULL },
};

#define TEXT        "{\"type\":\"string\"}"
#define NUMBER      "{\"type\":\"number\"}"
#define WHOLE       "{\"type\":\"integer\"}"
#define TRUTH       "{\"type\":\"boolean\"}"
#define ANY         "{\"type\":\"object\"}"
#define MAYBE(type) "{\"type\":[\"" type "\",\"null\"]}"
#define LIST(of)    "{\"type\":\"array\",\"items\":" of "}"
#define OF(schema)  "{\"$ref\":\"#/components/schemas/" schema "\"}"

struct schema { /* members that are always there, by name; members and their schemas */
	const char *name, *needed, *members;
};

static const struct schema
    schemas
	[] = {
		{ "Error", "\"error\"",
		    "\"error\":{\"type\":\"object\",\"required\":[\"message\",\"type\",\"param\",\"code\"],\"properties\":{"
		    "\"message\":" TEXT ",\"type\":" TEXT
		    ",\"param\":" MAYBE("string") ",\"code\":" MAYBE("string") "}}" },
		{ "V2Error", "\"error\"", "\"error\":" TEXT },
		{ "Status", "\"status\"", "\"status\":" TEXT },
		{ "Description", "\"openapi\",\"info\",\"paths\"",
		    "\"openapi\":" TEXT ",\"info\":" ANY
		    ",\"servers\":" LIST(ANY) ",\"security\":" LIST(ANY) ",\"paths\":" ANY ",\"components\":" ANY },
		{ "Models", "\"object\",\"data\"", "\"object\":" TEXT ",\"data\":" LIST(OF("Model")) },
		{ "Model", "\"id\",\"object\",\"created\",\"owned_by\",\"kind\",\"versions\",\"card\"",
		    "\"id\":" TEXT ",\"object\":" TEXT ",\"created\":" WHOLE ",\"owned_by\":" TEXT ",\"kind\":" TEXT
		    ",\"versions\":" LIST(OF("Version")) ",\"card\":" OF("Card") ",\"inputs\":" LIST(OF("Input")) },
		{ "Input", "\"name\",\"type\"",
		    "\"name\":" MAYBE("string") ",\"type\":" TEXT ",\"values\":" LIST(TEXT) ",\"shape\":" LIST(WHOLE) },
		{ "Card", NULL,
		    "\"task\":" TEXT ",\"classes\":" LIST(TEXT) ",\"context\":" WHOLE ",\"vocabulary\":" WHOLE
								",\"description\":" TEXT ",\"license\":" TEXT
								",\"data\":" LIST(OF("Data")) ",\"quality\":" ANY
											      ",\"baseline\":" ANY },
		{ "Data", NULL, "\"sha256\":" TEXT ",\"rows\":" WHOLE ",\"tokens\":" WHOLE },
		{ "Version", "\"version\",\"labels\",\"state\"",
		    "\"version\":" TEXT ",\"labels\":" LIST(TEXT) ",\"state\":" TEXT ",\"sha256\":" MAYBE("string") },
		{ "Records", NULL,
		    "\"text\":{\"type\":[\"string\",\"array\"],\"items\":" TEXT "},\"row\":" ANY
		    ",\"rows\":" LIST(ANY) ",\"top_k\":" WHOLE ",\"top\":" WHOLE },
		{ "Questions", NULL,
		    "\"text\":{\"type\":[\"string\",\"array\"],\"items\":" TEXT "},\"row\":" ANY ",\"rows\":" LIST(
			ANY) ",\"top_k\":" WHOLE ",\"top\":" WHOLE
			     ",\"method\":{\"type\":\"string\",\"enum\":[\"auto\",\"contribution\",\"gradient\",\"occlusion\",\"attention\"]}" },
		{ "Answers", "\"model\",\"version\",\"request_id\"",
		    "\"model\":" TEXT ",\"version\":" TEXT ",\"request_id\":" TEXT ",\"label\":" TEXT
		    ",\"score\":" NUMBER
		    ",\"scores\":" LIST(OF("Score")) ",\"tokens\":" LIST(TEXT) ",\"tags\":" LIST(TEXT) ",\"probabilities\":" LIST(NUMBER) ",\"value\":" MAYBE(
			"number") ",\"components\":" LIST(MAYBE("number")) ",\"method\":" TEXT ",\"logit\":" NUMBER
									   ",\"intercept\":" NUMBER ",\"rest\":" NUMBER
									   ",\"contributions\":" LIST(OF("Piece")) ",\"explanations\":" LIST(
									       OF("Explanation")) ",\"predictions\":" LIST(OF("Answer")) },
		{ "Answer", NULL,
		    "\"label\":" TEXT ",\"score\":" NUMBER
		    ",\"scores\":" LIST(OF("Score")) ",\"tokens\":" LIST(TEXT) ",\"tags\":" LIST(TEXT) ",\"probabilities\":" LIST(NUMBER) ",\"value\":" MAYBE(
			"number") ",\"components\":" LIST(MAYBE("number")) ",\"method\":" TEXT ",\"logit\":" NUMBER
									   ",\"intercept\":" NUMBER ",\"rest\":" NUMBER
									   ",\"contributions\":" LIST(OF("Piece")) ",\"explanations\":" LIST(
									       OF("Explanation")) ",\"error\":" ANY },
		{ "Explanation", "\"word\",\"token\",\"label\",\"method\",\"logit\",\"rest\",\"contributions\"",
		    "\"word\":" WHOLE ",\"token\":" TEXT ",\"label\":" TEXT ",\"method\":" TEXT ",\"logit\":" NUMBER
		    ",\"rest\":" NUMBER ",\"contributions\":" LIST(OF("Piece")) },
		{ "Score", "\"label\",\"score\"", "\"label\":" TEXT ",\"score\":" NUMBER },
		{ "Piece", "\"piece\",\"start\",\"end\",\"value\",\"contribution\"",
		    "\"piece\":" TEXT ",\"start\":" MAYBE("integer") ",\"end\":" MAYBE("integer") ",\"also\":" LIST(
			LIST(WHOLE)) ",\"value\":" MAYBE("number") ",\"contribution\":" NUMBER },
		{ "Completion", "\"model\",\"prompt\"",
		    "\"model\":" TEXT
		    ",\"prompt\":{\"type\":[\"string\",\"array\"]},\"max_tokens\":" MAYBE("integer") ",\"n\":" MAYBE("integer") ",\"stream\":" MAYBE(
			"boolean") ",\"stream_options\":" MAYBE("object") ",\"logprobs\":" MAYBE("integer") ",\"echo\":" MAYBE("boolean") ",\"stop\":{\"type\":[\"string\",\"array\",\"null\"]},\"seed\":" MAYBE("integer") ",\"ignore_eos\":" MAYBE("boolean") ",\"temperature\":" MAYBE("number") ",\"top_p\":" MAYBE("number") ",\"presence_penalty\":" MAYBE("number") ",\"frequency_penalty\":" MAYBE("number") ",\"top_k\":" MAYBE("integer") ",\"min_p\":" MAYBE("number") ",\"typical_p\":" MAYBE("number") ",\"repetition_penalty\":" MAYBE("number") ",\"no_repeat_ngram_size\":" MAYBE("integer") },
		{ "Completed", "\"id\",\"object\",\"created\",\"model\",\"choices\",\"usage\"",
		    "\"id\":" TEXT ",\"object\":" TEXT ",\"created\":" WHOLE ",\"model\":" TEXT ",\"choices\":" LIST(
			OF("Choice")) ",\"usage\":" MAYBE("object") ",\"seed\":" WHOLE
								    ",\"system_fingerprint\":" MAYBE("string") },
		{ "Choice", "\"index\",\"text\",\"logprobs\",\"finish_reason\"",
		    "\"index\":" WHOLE ",\"text\":" TEXT
		    ",\"logprobs\":" MAYBE("object") ",\"finish_reason\":" MAYBE("string") },
		{ "Embedding", "\"model\",\"input\"",
		    "\"model\":" TEXT ",\"input\":{\"type\":[\"string\",\"array\"]},\"encoding_format\":" MAYBE(
			"string") ",\"dimensions\":" MAYBE("integer") ",\"user\":" MAYBE("string") },
		{ "Embedded", "\"object\",\"data\",\"model\",\"usage\"",
		    "\"object\":" TEXT ",\"data\":" LIST(OF("Vector")) ",\"model\":" TEXT ",\"usage\":" ANY },
		{ "Vector", "\"object\",\"index\",\"embedding\"",
		    "\"object\":" TEXT ",\"index\":" WHOLE ",\"embedding\":{\"type\":[\"array\",\"string\"]}" },
		{ "Content", "\"content\"",
		    "\"model\":" TEXT ",\"content\":" TEXT ",\"add_special\":" TRUTH ",\"parse_special\":" TRUTH
		    ",\"with_pieces\":" TRUTH },
		{ "Tokens", "\"tokens\"",
		    "\"tokens\":{\"type\":\"array\",\"items\":{\"type\":[\"integer\",\"object\"]}}" },
		{ "Ids", "\"tokens\"", "\"model\":" TEXT ",\"tokens\":" LIST(WHOLE) },
		{ "Text", "\"content\"", "\"content\":" TEXT },
		{ "Invite", "\"invite\",\"name\"", "\"invite\":" TEXT ",\"name\":" TEXT },
		{ "Key", "\"key\",\"id\",\"models\",\"expires\"",
		    "\"key\":" TEXT ",\"id\":" TEXT ",\"models\":" LIST(TEXT) ",\"expires\":" MAYBE("integer") },
		{ "Usage", "\"object\",\"data\",\"quotas\",\"expires\"",
		    "\"object\":" TEXT
		    ",\"data\":" LIST(OF("Used")) ",\"quotas\":" OF("Quotas") ",\"expires\":" MAYBE("integer") },
		{ "Quotas", "\"requests\",\"tokens\"", "\"requests\":" MAYBE("object") ",\"tokens\":" MAYBE("object") },
		{ "Used", "\"day\",\"model\",\"requests\",\"tokens_in\",\"tokens_out\",\"amount\"",
		    "\"day\":" TEXT ",\"model\":" TEXT ",\"requests\":" WHOLE ",\"tokens_in\":" WHOLE
		    ",\"tokens_out\":" WHOLE ",\"amount\":" NUMBER },
		{ "Reload", "\"object\",\"loaded\",\"kept\",\"unloaded\",\"failed\"",
		    "\"object\":" TEXT ",\"loaded\":" LIST(OF("Looked")) ",\"kept\":" LIST(
			OF("Looked")) ",\"unloaded\":" LIST(OF("Looked")) ",\"failed\":" LIST(OF("Looked")) },
		{ "Looked", "\"model\"", "\"model\":" TEXT ",\"version\":" TEXT ",\"error\":" TEXT },
		{ "Terms", "\"terms\"", "\"terms\":" TEXT },
		{ "V2Server", "\"name\",\"version\",\"extensions\"",
		    "\"name\":" TEXT ",\"version\":" TEXT ",\"extensions\":" LIST(TEXT) },
		{ "V2Live", "\"live\"", "\"live\":" TRUTH },
		{ "V2Ready", "\"ready\"", "\"ready\":" TRUTH },
		{ "V2ModelReady", "\"name\",\"ready\"", "\"name\":" TEXT ",\"ready\":" TRUTH },
		{ "V2Model", "\"name\",\"versions\",\"platform\",\"inputs\",\"outputs\"",
		    "\"name\":" TEXT ",\"versions\":" LIST(TEXT) ",\"platform\":" TEXT ",\"inputs\":" LIST(
			OF("V2Shape")) ",\"outputs\":" LIST(OF("V2Shape")) },
		{ "V2Ask", NULL, "\"ready\":" TRUTH },
		{ "V2Shape", "\"name\",\"datatype\",\"shape\"",
		    "\"name\":" TEXT ",\"datatype\":" TEXT ",\"shape\":" LIST(WHOLE) ",\"parameters\":" ANY },
		{ "V2Tensor", "\"name\",\"datatype\",\"shape\"",
		    "\"name\":" TEXT ",\"datatype\":" TEXT
		    ",\"shape\":" LIST(WHOLE) ",\"data\":{\"type\":\"array\"},\"parameters\":" ANY },
		{ "V2Request", "\"inputs\"",
		    "\"id\":" TEXT ",\"parameters\":" ANY
		    ",\"inputs\":" LIST(OF("V2Tensor")) ",\"outputs\":" LIST(ANY) },
		{ "V2Reply", "\"model_name\",\"model_version\",\"outputs\"",
		    "\"model_name\":" TEXT ",\"model_version\":" TEXT ",\"id\":" TEXT
		    ",\"outputs\":" LIST(OF("V2Tensor")) },
	};

static const char *const bytes[] = { "application/octet-stream", NULL };
static const char *const tables[] = { "text/csv", "text/tab-separated-values", "application/x-ndjson", NULL };
static const char *const bodies[] = { "text/csv", "text/tab-separated-values", "application/x-ndjson", "text/plain",
	"application/octet-stream", "image/png", "image/jpeg", "audio/wav", "audio/flac", "audio/ogg", NULL };

static const struct described *
find(const char *name)
{
	for (size_t i = 0; i < MAAS_COUNT(described); i++)
		if (!strcmp(described[i].name, name))
			return &described[i];
	return NULL;
}

/* "content":{...} of a JSON schema and of other types. */
static int
put_content(struct maas_buf *to, const char *schema, const char *const *types, const char *type)
{
	const char *comma = "";

	if (maas_buf_text(to, "\"content\":{") < 0)
		return -1;
	if (schema && maas_buf_printf(to, "\"application/json\":{\"schema\":" OF("%s") "}", schema) < 0)
		return -1;
	if (schema)
		comma = ",";
	for (size_t i = 0; types && types[i]; i++, comma = ",")
		if (maas_buf_printf(to, "%s\"%s\":{}", comma, types[i]) < 0)
			return -1;
	if (type && maas_buf_printf(to, "%s\"%s\":{}", comma, type) < 0)
		return -1;
	return maas_buf_text(to, "}");
}

static int
put_parameters(struct maas_buf *to, const char *path)
{
	const char *p = path, *comma = "";

	if (maas_buf_text(to, ",\"parameters\":[") < 0)
		return -1;
	for (; (p = strchr(p, '{')); p++, comma = ",")
		if (maas_buf_printf(to, "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,\"schema\":" TEXT "}",
			comma, (int)strcspn(p + 1, "}"), p + 1) < 0)
			return -1;
	return maas_buf_text(to, "]");
}

/* How many routes of its name there are in front of it: operations are called differently. */
static size_t
namesakes(const struct route *r)
{
	size_t n = 0;

	for (const struct route *s = serve_routes; s < r; s++)
		n += !strcmp(s->name, r->name);
	return n;
}

static int
put_operation(struct maas_buf *to, const struct route *r)
{
	const struct described *d = find(r->name);
	const char *error = !strncmp(r->path, "/v2", 3) ? "V2Error" : "Error";
	const char *const *const in[] = { NULL, bodies, bytes }, *const *const out[] = { NULL, tables, bytes };
	size_t n = namesakes(r);

	if (maas_buf_printf(to, "\"%s\":{\"operationId\":\"%s",
		!strcmp(r->method, "GET")        ? "get"
		    : !strcmp(r->method, "POST") ? "post"
						 : "delete",
		r->name) < 0 ||
	    (n && maas_buf_printf(to, "_%zu", n + 1) < 0) ||
	    maas_buf_printf(to, "\",\"summary\":\"%s\"", d ? d->summary : r->name) < 0)
		return -1;
	if (r->open && maas_buf_text(to, ",\"security\":[]") < 0)
		return -1;
	if (strchr(r->path, '{') && put_parameters(to, r->path) < 0)
		return -1;
	if (d && d->request &&
	    (maas_buf_text(to, ",\"requestBody\":{\"required\":true,") < 0 ||
		put_content(to, d->request, in[d->besides], NULL) < 0 || maas_buf_text(to, "}") < 0))
		return -1;
	if (maas_buf_text(to, ",\"responses\":{\"200\":{\"description\":\"the answer\"") < 0)
		return -1;
	if (d && (maas_buf_text(to, ",") < 0 || put_content(to, d->reply, out[d->besides], d->type) < 0))
		return -1;
	if (maas_buf_text(to, "},\"default\":{\"description\":\"why there is none\",") < 0 ||
	    put_content(to, error, NULL, NULL) < 0)
		return -1;
	return maas_buf_text(to, "}}}");
}

/* Operations of one path stand together; the path where it is met first. */
static int
put_path(struct maas_buf *to, size_t first)
{
	const char *path = serve_routes[first].path, *comma = "";

	if (maas_buf_printf(to, "%s\"%s\":{", first ? "," : "", path) < 0)
		return -1;
	for (size_t i = first; i + 1 < serve_nroutes; i++)
		if (!strcmp(serve_routes[i].path, path)) {
			if (maas_buf_text(to, comma) < 0 || put_operation(to, &serve_routes[i]) < 0)
				return -1;
			comma = ",";
		}
	return maas_buf_text(to, "}");
}

static int
met_before(size_t route)
{
	for (size_t i = 0; i < route; i++)
		if (!strcmp(serve_routes[i].path, serve_routes[route].path))
			return 1;
	return 0;
}

static int
put_schemas(struct maas_buf *to)
{
	for (size_t i = 0; i < MAAS_COUNT(schemas); i++) {
		if (maas_buf_printf(to, "%s\"%s\":{\"type\":\"object\",", i ? "," : "", schemas[i].name) < 0)
			return -1;
		if (schemas[i].needed && maas_buf_printf(to, "\"required\":[%s],", schemas[i].needed) < 0)
			return -1;
		if (maas_buf_printf(to, "\"properties\":{%s}}", schemas[i].members) < 0)
			return -1;
	}
	return 0;
}

static int
put_description(const struct maas_server *s, struct maas_buf *to)
{
	if (maas_buf_text(to,
		"{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"maas-serve\",\"version\":\"" MAAS_VERSION "\"},"
		"\"servers\":[{\"url\":\"/\"}],\"security\":[{\"bearer\":[]},{\"key\":[]}],\"paths\":{") < 0)
		return -1;
	for (size_t i = 0; i + 1 < serve_nroutes; i++)
		if (route_served(s, &serve_routes[i]) && !met_before(i) && put_path(to, i) < 0)
			return -1;
	if (maas_buf_text(to,
		"},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
		"\"key\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-Api-Key\"}},\"schemas\":{") < 0)
		return -1;
	return put_schemas(to) < 0 ? -1 : maas_buf_text(to, "}}}");
}

void
run_openapi(struct ask *a)
{
	reply_json(a, put_description(a->server, maas_http_body(a->http)));
}
