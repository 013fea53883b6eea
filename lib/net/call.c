/* call.c -- requests of this process's own: an exchange with the application that no connection carries. */
#include <string.h>

#include "exchange.h"

/* What the guard refuses of a stranger is refused here too: paths are cut up with it in mind. */
static const char *
guard(const struct maas_http_call *call, int *status)
{
	static const struct maas_http_field host = { { "Host", 4 }, { "localhost", 9 } };

	if (!maas_http_id_decent(call->id)) {
		*status = 400;
		return "no decent request id";
	}
	return maas_http_guard(call->method, call->target, "HTTP/1.1", &host, 1, status);
}

static void
fill_in(struct exchange *x, const struct maas_http_call *call)
{
	x->call = *call;
	x->stage = HANDED;
	x->r.method = http_method(call->method);
	x->r.target = call->target;
	x->r.body = call->body;
	x->r.start = x->began = maas_clock();
	exchange_aim(x);
	snprintf(x->r.id, sizeof x->r.id, "%s", call->id);
	snprintf(x->r.peer, sizeof x->r.peer, "unix");
}

int
maas_http_call(struct maas_http *h, const struct maas_http_call *call)
{
	struct exchange *x = exchange_take(h);
	const char *why;
	int status;

	if (!x)
		return maas_fail_as(MAAS_OS, "no memory for a request");
	atomic_store(&x->refs, 1);
	fill_in(x, call);
	exchange_hand_over(x);
	if ((why = guard(call, &status))) {
		h->set.refuse(h->set.ctx, &x->r, status, why);
	} else if (h->set.admit(h->set.ctx, &x->r) == 0) {
		h->set.handle(h->set.ctx, &x->r);
	}
	exchange_drop(x);
	return 0;
}
