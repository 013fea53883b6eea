/* accesslog_days.c -- a log a day: yesterday's gets its date for a suffix, and what is older than it may be goes. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

#define DAY    86400
#define SUFFIX 11 /* ".2026-11-22" */

static int
print_day(int64_t day, char to[SUFFIX + 1])
{
	time_t at = (time_t)(day * DAY);
	struct tm tm;

	return gmtime_r(&at, &tm) && strftime(to, SUFFIX + 1, ".%Y-%m-%d", &tm) == SUFFIX ? 0 : -1;
}

/* Is it a log's name with a day that a log could have ended on?  Nothing else is touched. */
static int
day_of(const char *name, const char *log, int64_t *day)
{
	size_t n = strlen(log);
	char again[SUFFIX + 1];
	struct tm tm = { 0 };

	if (strncmp(name, log, n) != 0 || strlen(name + n) != SUFFIX || !strptime(name + n, ".%Y-%m-%d", &tm))
		return 0;
	*day = (int64_t)timegm(&tm) / DAY;
	return print_day(*day, again) == 0 && !strcmp(again, name + n);
}

static int
remove_before(const char *path, int64_t first)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct maas_buf folder = { 0 };
	struct dirent *e;
	DIR *d = NULL;
	int64_t day;
	int rc = -1;

	if (maas_buf_add(&folder, slash ? path : "./", slash ? (size_t)(slash + 1 - path) : 2) == 0 &&
	    !(d = opendir(folder.s)))
		maas_fail_errno("%s", folder.s);
	for (rc = d ? 0 : -1; d && (e = readdir(d));)
		if (day_of(e->d_name, name, &day) && day < first && unlinkat(dirfd(d), e->d_name, 0) < 0)
			rc = maas_fail_errno("%s%s", folder.s, e->d_name);
	if (d)
		closedir(d);
	maas_buf_free(&folder);
	return rc;
}

/* Another server that writes the same log may have moved it: then it is only opened again. */
static int
move_away(int fd, const char *path, int64_t day)
{
	struct maas_buf to = { 0 };
	char suffix[SUFFIX + 1];
	struct stat open, named;
	int rc = 0;

	if (fstat(fd, &open) < 0 || stat(path, &named) < 0 || open.st_ino != named.st_ino ||
	    open.st_dev != named.st_dev || !open.st_size)
		return 0;
	if (print_day(day, suffix) < 0 || maas_buf_printf(&to, "%s%s", path, suffix) < 0)
		return -1;
	if (rename(path, to.s) < 0)
		rc = maas_fail_errno("%s", to.s);
	maas_buf_free(&to);
	return rc;
}

/* The day of the last line; today's where there is none. */
static int64_t
last_day(int fd, int64_t today)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size ? (int64_t)st.st_mtime / DAY : today;
}

int
accesslog_turn(struct accesslog *log, const char *path, double keep, int64_t now)
{
	int64_t today = now / DAY;

	if (keep <= 0 || log->day == today)
		return 0;
	if (!log->day)
		log->day = last_day(log->fd, today);
	if (log->day < today && (move_away(log->fd, path, log->day) < 0 || accesslog_reopen(log->fd, path) < 0))
		return -1;
	log->day = today;
	return remove_before(path, today - (int64_t)(keep / DAY));
}
