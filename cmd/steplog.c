#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/fmt.h"
#include "steplog.h"

/* Does this line stay when the run goes on from `step`?  The last evaluation will be made again. */
static int
stays(struct maas_span line, size_t step, double *seconds)
{
	struct maas_json *j = maas_json_parse(line);
	const struct maas_json *v;
	int64_t at = -1;
	int last = 0, keep;

	if (!j)
		return 0;
	if ((v = maas_json_get(j, "step")))
		(void)!maas_json_int(v, &at);
	if ((v = maas_json_get(j, "last")))
		(void)!maas_json_bool(v, &last);
	keep = at >= 0 && (uint64_t)at <= step && !last;
	if (keep && (v = maas_json_get(j, "seconds")))
		(void)!maas_json_real(v, seconds);
	maas_json_free(j);
	return keep;
}

/* How many bytes of the log stay. */
static off_t
find_cut(const char *path, size_t step, double *seconds)
{
	struct maas_input *in = maas_input_open(path, NULL);
	struct maas_span line;
	off_t keep = 0;
	int no_lf = 0;

	if (!in)
		return -1;
	while (maas_input_line(in, &line, &no_lf) > 0 && !no_lf && stays(line, step, seconds))
		keep += (off_t)line.n + 1;
	maas_input_close(in);
	return keep;
}

int
steplog_open(struct steplog *l, const char *path, size_t step)
{
	struct stat st;
	off_t keep = 0;
	int fd;

	*l = (struct steplog){ .path = path };
	if (!path)
		return 0;
	if (!strcmp(path, "-")) {
		if ((fd = dup(STDOUT_FILENO)) >= 0 && (l->f = fdopen(fd, "w")))
			return 0;
		maas_fail_errno("the log on standard output");
		goto fail;
	}
	if ((fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0 || fstat(fd, &st) < 0) {
		maas_fail_as(errno == EACCES ? MAAS_NOPERM : MAAS_CANTCREATE, "%s: %s", path, strerror(errno));
		goto fail;
	}
	if (S_ISREG(st.st_mode)) {
		if (step && st.st_size && (keep = find_cut(path, step, &l->seconds)) < 0)
			goto fail;
		if (ftruncate(fd, keep) < 0) {
			maas_fail_errno("%s", path);
			goto fail;
		}
	}
	if (!(l->f = fdopen(fd, "a"))) {
		maas_fail_errno("%s", path);
		goto fail;
	}
	return 0;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
put(struct steplog *l, struct maas_buf *b)
{
	int bad = maas_buf_text(b, "}\n");

	if (!bad && (fwrite(b->s, 1, b->n, l->f) != b->n || fflush(l->f) == EOF))
		bad = maas_fail_as(MAAS_IO, "%s: %s", l->path, strerror(errno));
	maas_buf_free(b);
	return bad ? -1 : 0;
}

static int
real(struct maas_buf *b, const char *name, double v)
{
	return maas_buf_printf(b, ",\"%s\":", name) || maas_json_put_real(b, v) ? -1 : 0;
}

/* A few digits are enough where nothing is computed from them. */
static double
rounded(double v, double to)
{
	return (double)(long long)(v * to + 0.5) / to;
}

int
steplog_step(struct steplog *l, const struct maas_step *s)
{
	struct maas_buf b = { 0 };

	if (!l->f)
		return 0;
	if (maas_buf_printf(&b, "{\"step\":%llu", (unsigned long long)s->step) || real(&b, "epoch", s->epoch) ||
	    real(&b, "loss", s->loss) || real(&b, "lr", s->lr) || real(&b, "grad_norm", s->grad_norm) ||
	    real(&b, "tokens", s->tokens) || real(&b, "tokens_per_second", rounded(s->tokens_per_second, 1)) ||
	    real(&b, "seconds", rounded(l->seconds + s->seconds, 1000))) {
		maas_buf_free(&b);
		return -1;
	}
	return put(l, &b);
}

int
steplog_eval(struct steplog *l, const struct maas_evaluation *e)
{
	struct maas_buf b = { 0 };

	if (!l->f)
		return 0;
	if (maas_buf_printf(&b, "{\"step\":%llu", (unsigned long long)e->step) || real(&b, "val_loss", e->loss) ||
	    real(&b, "val_bits_per_byte", e->bits_per_byte) || real(&b, "val_tokens", e->tokens) ||
	    maas_buf_text(&b, e->last ? ",\"last\":true" : "")) {
		maas_buf_free(&b);
		return -1;
	}
	return put(l, &b);
}

int
steplog_close(struct steplog *l)
{
	FILE *f = l->f;

	l->f = NULL;
	return f && fclose(f) == EOF ? maas_fail_as(MAAS_IO, "%s: %s", l->path, strerror(errno)) : 0;
}
