#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"

#define BAR 24

void
progress_begin(struct progress *p, const struct call *c)
{
	*p = (struct progress){ .on = !c->common.quiet && isatty(2), .began = maas_clock(), .first = -1 };
}

void
progress_time(char *to, size_t n, double seconds)
{
	double s = isfinite(seconds) && seconds > 0 ? fmin(seconds, 3.6e9) : 0;
	long t = (long)(s + 0.5), hours = t / 3600;

	if (hours)
		snprintf(to, n, "%ld:%02ld:%02ld", hours, t / 60 % 60, t % 60);
	else
		snprintf(to, n, "%ld:%02ld", t / 60, t % 60);
}

void
progress_size(char *to, size_t n, double v)
{
	static const char *const unit[] = { "", " k", " M", " G", " T" };
	size_t u = 0;

	for (; v >= 1000 && u + 1 < MAAS_COUNT(unit); u++)
		v /= 1000;
	snprintf(to, n, "%.3g%s", v, unit[u]);
}

size_t
terminal_width(int fd)
{
	struct winsize w;

	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

void
progress_show(struct progress *p, double share, const char *fmt, ...)
{
	char line[512], text[256], rest[32], bar[BAR + 1];
	double now = maas_clock();
	size_t width, n;
	va_list ap;
	int full;

	if (!p->on || (p->drawn && now - p->shown < 0.1 && share < 1))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (isnan(share)) {
		progress_time(rest, sizeof rest, now - p->began);
		snprintf(line, sizeof line, "%s  %s so far", text, rest);
	} else {
		share = fmin(fmax(share, 0), 1);
		if (p->first < 0) {
			p->first = share;
			p->began = now;
		}
		full = (int)(share * BAR);
		memset(bar, '-', BAR);
		memset(bar, '#', (size_t)full);
		bar[BAR] = '\0';
		if (share > p->first)
			progress_time(rest, sizeof rest, (now - p->began) / (share - p->first) * (1 - share));
		else
			snprintf(rest, sizeof rest, "-:--");
		snprintf(line, sizeof line, "%3.0f%% [%s] %s  %s left", floor(100 * share), bar, text, rest);
	}
	width = terminal_width(2) - 1;
	n = strlen(line);
	fprintf(stderr, "\r%.*s\033[K", (int)(n < width ? n : width), line);
	fflush(stderr);
	p->drawn = 1;
	p->shown = now;
}

void
progress_clear(struct progress *p)
{
	if (p->on && p->drawn) {
		fprintf(stderr, "\r\033[K");
		fflush(stderr);
		p->drawn = 0;
	}
}
