/* store.c -- the door to SQLite: the state directory, its database, and one way to ask it. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/serve.h"
#include "store.h"

#define BUSY_MS  5000 /* wait that long for another process's transaction */
#define HURRY_MS 100  /* where others wait meanwhile */

#define SCHEMA 2 /* of the database, as its user_version says */

/* One connection, used by one thread at a time: whoever asks holds the lock until the answer is read. */
struct maas_state {
	sqlite3 *db;
	char *dir;
	pthread_mutex_t lock; /* recursive: a transaction asks several questions */
};

struct query {
	struct maas_state *state;
	sqlite3_stmt *q;
};

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS keys(id TEXT PRIMARY KEY, digest BLOB NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,"
    " models TEXT NOT NULL, rps REAL NOT NULL, tokens_per_minute INTEGER NOT NULL, created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, revoked INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS usage(day INTEGER NOT NULL, key TEXT NOT NULL, model TEXT NOT NULL,"
    " requests INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,"
    " PRIMARY KEY(key, day, model)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS audit(seq INTEGER PRIMARY KEY, at INTEGER, salt BLOB, event TEXT, key TEXT, peer TEXT,"
    " count INTEGER, detail TEXT, digest BLOB NOT NULL, chain BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS head(one INTEGER PRIMARY KEY, seq INTEGER NOT NULL, chain BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS invites(digest BLOB PRIMARY KEY, models TEXT NOT NULL, rps REAL NOT NULL,"
    " tokens_per_minute INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " uses INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS marks(name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 2;"
    "COMMIT";

static int
fail_db(struct maas_state *s, const char *what)
{
	int code = sqlite3_errcode(s->db);
	enum maas_why why = code == SQLITE_BUSY               ? MAAS_TEMPFAIL
	    : code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? MAAS_DATA
							      : MAAS_IO;

	return maas_fail_as(why, "%s: %s", what, sqlite3_errmsg(s->db));
}

/* What root makes below a directory of another user's is his: root keeps the books of a service that is not root. */
static int
give_to_owner(const char *dir, int fd)
{
	struct stat st;

	if (geteuid() != 0 || stat(dir, &st) < 0 || !st.st_uid)
		return 0;
	return fchown(fd, st.st_uid, st.st_gid) < 0 ? maas_fail_errno("%s", dir) : 0;
}

static int
make_dir(const char *path, const char *parent)
{
	int fd, rc;

	if (mkdir(path, 0700) < 0)
		return errno == EEXIST ? 0
				       : maas_fail_as(errno == EACCES || errno == EROFS ? MAAS_NOPERM : MAAS_CANTCREATE,
					     "%s: cannot create: %s", path, strerror(errno));
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return maas_fail_errno("%s", path);
	rc = give_to_owner(parent, fd);
	close(fd);
	return rc;
}

/* mkdir -p, with mode 0700. */
static int
make_dirs(const char *dir)
{
	struct maas_buf path = { 0 }, parent = { 0 };
	int rc = maas_buf_text(&parent, *dir == '/' ? "/" : ".");

	for (const char *p = dir; rc == 0 && *p;) {
		size_t n = strspn(p, "/");

		n += strcspn(p + n, "/");
		rc = maas_buf_add(&path, p, n);
		p += n;
		if (rc == 0 && (rc = make_dir(path.s, parent.s)) == 0) {
			parent.n = 0;
			rc = maas_buf_text(&parent, path.s);
		}
	}
	maas_buf_free(&path);
	maas_buf_free(&parent);
	return rc;
}

static int
check_dir(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return maas_fail_errno("%s", dir);
	if (!S_ISDIR(st.st_mode))
		return maas_fail_as(MAAS_CANTCREATE, "%s: the state directory is no directory", dir);
	if (st.st_mode & 077)
		return maas_fail_as(MAAS_NOPERM, "%s: others can enter the state directory (mode %o): chmod 700 %s",
		    dir, (unsigned)(st.st_mode & 0777), dir);
	if (st.st_uid != geteuid() && geteuid() != 0)
		return maas_fail_as(MAAS_NOPERM, "%s: the state directory belongs to another user", dir);
	return 0;
}

static int
version_of(struct maas_state *s)
{
	sqlite3_stmt *q;
	int v = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return v;
}

/* Readers do not wait for writers; what is committed survives a cut of power; what is erased is overwritten, and is in
 * no other file. */
static const char pragmas[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = MEMORY";

/* SQLite gives its other files the mode and the owner of this one. */
static int
make_db(const char *dir, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), rc;

	if (fd < 0)
		return errno == EEXIST ? 0 : maas_fail_errno("%s", path);
	rc = give_to_owner(dir, fd);
	close(fd);
	return rc;
}

static int
open_db(struct maas_state *s, const char *dir, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;

	if (make_db(dir, path) < 0)
		return -1;
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return fail_db(s, dir);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (version_of(s) > SCHEMA)
		return maas_fail("%s: made by a newer maas-serve", dir);
	if (sqlite3_exec(s->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return fail_db(s, dir);
	if (version_of(s) == SCHEMA || sqlite3_exec(s->db, schema, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	fail_db(s, dir);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static void
lock_new(pthread_mutex_t *lock)
{
	pthread_mutexattr_t recursive;

	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
}

struct maas_state *
maas_state_open(const char *dir)
{
	struct maas_state *s = maas_alloc(1, sizeof *s);
	struct maas_buf path = { 0 };
	char *real = NULL;

	if (s)
		lock_new(&s->lock);
	/* Resolved first: SQLite is told to follow no link, so that nobody puts one in its place. */
	if (s && make_dirs(dir) == 0 && check_dir(dir) == 0 && (real = realpath(dir, NULL)) &&
	    maas_buf_printf(&path, "%s/maas.db", real) == 0 && open_db(s, dir, path.s) == 0) {
		chmod(path.s, 0600);
		maas_buf_free(&path);
		s->dir = real;
		return s;
	}
	maas_buf_free(&path);
	free(real);
	maas_state_close(s);
	return NULL;
}

void
maas_state_close(struct maas_state *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	free(s->dir);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
store_hurry(struct maas_state *s, int hurry)
{
	sqlite3_busy_timeout(s->db, hurry ? HURRY_MS : BUSY_MS);
}

const char *
maas_state_dir(const struct maas_state *s)
{
	return s->dir;
}

int
maas_state_default(struct maas_buf *to)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		return maas_buf_text(to, "/var/lib/maas/state");
	if (xdg && *xdg == '/')
		return maas_buf_printf(to, "%s/maas", xdg);
	if (home && *home == '/')
		return maas_buf_printf(to, "%s/.local/state/maas", home);
	return maas_fail_as(MAAS_CONFIG, "no place for the state: neither HOME nor --state is set");
}

/* Values for the ?s: t text (NULL is NULL), i int64_t, d double, b bytes (pointer, size_t). */
static void
bind(sqlite3_stmt *q, const char *types, va_list ap)
{
	for (int i = 1; *types; types++, i++) {
		if (*types == 't') {
			sqlite3_bind_text(q, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
		} else if (*types == 'i') {
			sqlite3_bind_int64(q, i, va_arg(ap, int64_t));
		} else if (*types == 'd') {
			sqlite3_bind_double(q, i, va_arg(ap, double));
		} else {
			const void *p = va_arg(ap, const void *);

			sqlite3_bind_blob64(q, i, p, va_arg(ap, size_t), SQLITE_TRANSIENT);
		}
	}
}

static struct query *
ask_db(struct maas_state *s, const char *sql, const char *types, va_list ap)
{
	struct query *q = maas_alloc(1, sizeof *q);

	if (!q)
		return NULL;
	pthread_mutex_lock(&s->lock);
	q->state = s;
	if (sqlite3_prepare_v2(s->db, sql, -1, &q->q, NULL) == SQLITE_OK) {
		bind(q->q, types, ap);
		return q;
	}
	fail_db(s, "state");
	store_end(q);
	return NULL;
}

struct query *
store_ask(struct maas_state *s, const char *sql, const char *types, ...)
{
	struct query *q;
	va_list ap;

	va_start(ap, types);
	q = ask_db(s, sql, types, ap);
	va_end(ap);
	return q;
}

int
store_row(struct query *q)
{
	int step = sqlite3_step(q->q);

	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : fail_db(q->state, "state");
}

void
store_end(struct query *q)
{
	if (!q)
		return;
	sqlite3_finalize(q->q);
	pthread_mutex_unlock(&q->state->lock);
	free(q);
}

int
store_null(struct query *q, int i)
{
	return sqlite3_column_type(q->q, i) == SQLITE_NULL;
}

int64_t
store_int(struct query *q, int i)
{
	return sqlite3_column_int64(q->q, i);
}

double
store_real(struct query *q, int i)
{
	return sqlite3_column_double(q->q, i);
}

const char *
store_text(struct query *q, int i)
{
	const unsigned char *t = sqlite3_column_text(q->q, i);

	return t ? (const char *)t : "";
}

int
store_blob(struct query *q, int i, void *to, size_t n)
{
	const void *p = sqlite3_column_blob(q->q, i);

	if (!p || (size_t)sqlite3_column_bytes(q->q, i) != n)
		return -1;
	memcpy(to, p, n);
	return 0;
}

int64_t
store_do(struct maas_state *s, const char *sql, const char *types, ...)
{
	struct query *q;
	int64_t changes = -1;
	va_list ap;
	int step;

	va_start(ap, types);
	q = ask_db(s, sql, types, ap);
	va_end(ap);
	if (!q)
		return -1;
	while ((step = store_row(q)) > 0)
		;
	if (step == 0)
		changes = sqlite3_changes(s->db);
	store_end(q);
	return changes;
}

int
store_begin(struct maas_state *s)
{
	pthread_mutex_lock(&s->lock);
	if (store_do(s, "BEGIN IMMEDIATE", "") >= 0)
		return 0;
	pthread_mutex_unlock(&s->lock);
	return -1;
}

/* A transaction that cannot be committed is rolled back, without losing why. */
int
store_close(struct maas_state *s, int rc)
{
	if (rc == 0 && store_do(s, "COMMIT", "") < 0)
		rc = -1;
	if (rc < 0 && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* So that what was erased is in no file any more; who still reads what was there before keeps it there. */
int
store_squeeze(struct maas_state *s)
{
	struct query *q = store_ask(s, "PRAGMA wal_checkpoint(TRUNCATE)", "");
	int row = q ? store_row(q) : -1, busy = row > 0 && store_int(q, 0);

	store_end(q);
	if (busy)
		return maas_fail_as(MAAS_TEMPFAIL,
		    "the state: another process reads it, and its files hold what was erased until it ends: erase again");
	return row < 0 ? -1 : 0;
}
