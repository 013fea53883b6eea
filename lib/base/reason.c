#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "maas/base.h"

#define DEPTH 8192 /* of the stack, that is wiped */

static _Thread_local char reason[1024];
static _Thread_local enum maas_why sort;
static _Thread_local char setting[32];

/*
 * Make the reason, whose arguments may lie in it.  It is one line of UTF-8 whatever a stranger's bytes
 * put into it: a control character or a byte that is no UTF-8 (a text cut short, say) becomes '?'.
 */
static void
say(const char *fmt, va_list ap)
{
	char text[sizeof reason];
	const char *p = text, *was, *end;
	char *to = reason;
	int32_t cp;

	vsnprintf(text, sizeof text, fmt, ap);
	for (end = text + strlen(text); p < end; to += p - was) {
		was = p;
		cp = maas_utf8_next(&p, end);
		if (cp < ' ' || cp == 127)
			memset(to, '?', (size_t)(p - was));
		else
			memcpy(to, was, (size_t)(p - was));
	}
	*to = '\0';
}

int
maas_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	sort = MAAS_DATA;
	*setting = '\0';
	return -1;
}

int
maas_fail_as(enum maas_why why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	sort = why;
	*setting = '\0';
	return -1;
}

int
maas_fail_setting(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	sort = MAAS_USAGE;
	snprintf(setting, sizeof setting, "%s", name);
	return -1;
}

static enum maas_why
sort_of(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case ENXIO:
	case ELOOP:
	case ENAMETOOLONG: return MAAS_NOINPUT;
	case EACCES:
	case EPERM:
	case EROFS: return MAAS_NOPERM;
	case EIO:
	case ENOSPC:
	case EFBIG:
	case EDQUOT:
	case EPIPE: return MAAS_IO;
	default: return MAAS_OS;
	}
}

int
maas_fail_errno(const char *fmt, ...)
{
	int err = errno;
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	n = strlen(reason);
	snprintf(reason + n, sizeof reason - n, ": %s", strerror(err));
	sort = sort_of(err);
	*setting = '\0';
	return -1;
}

int
maas_in(const char *fmt, ...)
{
	char old[sizeof reason];
	va_list ap;
	size_t n;

	memcpy(old, reason, sizeof old);
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	n = strlen(reason);
	snprintf(reason + n, sizeof reason - n, ": %s", old); /* cut, if it must be */
	return -1;
}

/* Where functions that have returned kept their variables: below the caller's. */
static __attribute__((noinline)) void
wipe_stack(void)
{
	unsigned char below[DEPTH];

	maas_wipe(below, sizeof below);
}

void
maas_thread_forget(void)
{
	maas_wipe(reason, strlen(reason));
	wipe_stack();
}

const char *
maas_error(void)
{
	return reason;
}

const char *
maas_error_setting(void)
{
	return setting;
}

enum maas_why
maas_why(void)
{
	return sort ? sort : MAAS_INTERNAL;
}
