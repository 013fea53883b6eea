/* store.c -- the door to SQLite: the state directory and the keys in it. */
#include <errno.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "maas/serve.h"
#include "store.h"

#define BUSY_MS 5000 /* wait that long for another process's transaction */

struct maas_state {
	sqlite3 *db;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS keys(id TEXT PRIMARY KEY, digest BLOB NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,"
    " models TEXT NOT NULL, rps REAL NOT NULL, tokens_per_minute INTEGER NOT NULL, created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, revoked INTEGER NOT NULL) STRICT;"
    "PRAGMA user_version = 1";

static int
fail_db(struct maas_state *s, const char *what)
{
	int code = sqlite3_errcode(s->db);
	enum maas_why why = code == SQLITE_BUSY               ? MAAS_TEMPFAIL
	    : code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? MAAS_DATA
							      : MAAS_IO;

	return maas_fail_as(why, "%s: %s", what, sqlite3_errmsg(s->db));
}

/* mkdir -p, the last with mode 0700. */
static int
make_dirs(const char *dir)
{
	struct maas_buf path = { 0 };
	int rc = 0;

	for (const char *p = dir; rc == 0 && *p;) {
		size_t n = strspn(p, "/");

		n += strcspn(p + n, "/");
		rc = maas_buf_add(&path, p, n);
		p += n;
		if (rc == 0 && mkdir(path.s, 0700) < 0 && errno != EEXIST)
			rc = maas_fail_as(errno == EACCES || errno == EROFS ? MAAS_NOPERM : MAAS_CANTCREATE,
			    "%s: cannot create: %s", path.s, strerror(errno));
	}
	maas_buf_free(&path);
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

/* SQLite makes its files with the umask; the directory is what keeps others out. */
static int
open_db(struct maas_state *s, const char *dir, const char *path)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;

	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return fail_db(s, dir);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (version_of(s) > 1)
		return maas_fail("%s: made by a newer maas-serve", dir);
	if (version_of(s) == 1)
		return 0;
	return sqlite3_exec(s->db, schema, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail_db(s, dir);
}

struct maas_state *
maas_state_open(const char *dir)
{
	struct maas_state *s = maas_alloc(1, sizeof *s);
	struct maas_buf path = { 0 };
	char *real = NULL;

	/* Resolved first: SQLite is told to follow no link, so that nobody puts one in its place. */
	if (s && make_dirs(dir) == 0 && check_dir(dir) == 0 && (real = realpath(dir, NULL)) &&
	    maas_buf_printf(&path, "%s/maas.db", real) == 0 && open_db(s, dir, path.s) == 0) {
		chmod(path.s, 0600);
		maas_buf_free(&path);
		free(real);
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
	free(s);
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

/* Random letters and digits.  62 * 4 = 248: bytes above are drawn again, so that all are equally likely. */
static int
random_text(char *to, size_t n, size_t letters)
{
	static const char set[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned char raw[64];
	size_t bound = 256 / letters * letters, have = 0;

	while (have < n) {
		if (maas_random(raw, sizeof raw) < 0)
			return -1;
		for (size_t i = 0; i < sizeof raw && have < n; i++)
			if (raw[i] < bound)
				to[have++] = set[raw[i] % letters];
	}
	to[n] = '\0';
	return 0;
}

int
maas_key_add(struct maas_state *s, struct maas_key *k, char text[MAAS_KEY_TEXT])
{
	static const char sql[] = "INSERT INTO keys VALUES(?,?,?,?,?,?,?,?,?,0)";
	char secret[44];
	sqlite3_stmt *q;
	int rc;

	if (random_text(k->id, MAAS_KEY_ID, 36) < 0 || random_text(secret, 43, 62) < 0)
		return -1;
	snprintf(text, MAAS_KEY_TEXT, "maas_%s_%s", k->id, secret);
	if (maas_digest(k->digest, text, strlen(text)) < 0)
		return -1;
	k->created = time(NULL);
	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return fail_db(s, "keys");
	sqlite3_bind_text(q, 1, k->id, -1, SQLITE_STATIC);
	sqlite3_bind_blob(q, 2, k->digest, sizeof k->digest, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, k->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, maas_scopes_print(k->scopes), -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 5, k->models, -1, SQLITE_STATIC);
	sqlite3_bind_double(q, 6, k->rps);
	sqlite3_bind_int64(q, 7, k->tokens_per_minute);
	sqlite3_bind_int64(q, 8, k->created);
	sqlite3_bind_int64(q, 9, k->expires);
	rc = sqlite3_step(q) == SQLITE_DONE ? 0 : fail_db(s, "keys");
	sqlite3_finalize(q);
	return rc;
}

int
maas_key_revoke(struct maas_state *s, const char *id)
{
	static const char sql[] = "UPDATE keys SET revoked = CASE revoked WHEN 0 THEN ? ELSE revoked END WHERE id = ?";
	sqlite3_stmt *q;
	int rc;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return fail_db(s, "keys");
	sqlite3_bind_int64(q, 1, time(NULL));
	sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
	rc = sqlite3_step(q) == SQLITE_DONE ? 0 : fail_db(s, "keys");
	sqlite3_finalize(q);
	if (rc == 0 && sqlite3_changes(s->db) == 0)
		return maas_fail_as(MAAS_NOINPUT, "no key has the id '%s'", id);
	return rc;
}

static const char *
column(sqlite3_stmt *q, int i)
{
	const unsigned char *t = sqlite3_column_text(q, i);

	return t ? (const char *)t : "";
}

static int
read_key(sqlite3_stmt *q, struct maas_key *k)
{
	*k = (struct maas_key){ 0 };
	snprintf(k->id, sizeof k->id, "%s", column(q, 0));
	if (sqlite3_column_bytes(q, 1) != sizeof k->digest)
		return maas_fail("key %s: its digest is damaged", k->id);
	memcpy(k->digest, sqlite3_column_blob(q, 1), sizeof k->digest);
	k->name = column(q, 2);
	if (maas_scopes_parse(column(q, 3), &k->scopes) < 0)
		return maas_in("key %s", k->id);
	k->models = column(q, 4);
	k->rps = sqlite3_column_double(q, 5);
	k->tokens_per_minute = sqlite3_column_int64(q, 6);
	k->created = sqlite3_column_int64(q, 7);
	k->expires = sqlite3_column_int64(q, 8);
	k->revoked = sqlite3_column_int64(q, 9);
	return 0;
}

int
maas_key_each(struct maas_state *s, int (*each)(void *ctx, const struct maas_key *), void *ctx)
{
	static const char sql[] =
	    "SELECT id, digest, name, scopes, models, rps, tokens_per_minute, created, expires, revoked"
	    " FROM keys ORDER BY created, rowid";
	struct maas_key k;
	sqlite3_stmt *q;
	int rc = 0, step = SQLITE_DONE;

	if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		return fail_db(s, "keys");
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW)
		if ((rc = read_key(q, &k)) == 0)
			rc = each(ctx, &k);
	if (rc == 0 && step != SQLITE_DONE)
		rc = fail_db(s, "keys");
	sqlite3_finalize(q);
	return rc;
}

/* A number that is another one after another process has written. */
int
store_version(struct maas_state *s, int64_t *version)
{
	sqlite3_stmt *q;
	int rc = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA data_version", -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW) {
		*version = sqlite3_column_int64(q, 0);
		rc = 0;
	} else {
		fail_db(s, "keys");
	}
	sqlite3_finalize(q);
	return rc;
}

static const struct {
	const char *name;
	unsigned bit;
} scopes[] = { { "infer", MAAS_SCOPE_INFER }, { "admin", MAAS_SCOPE_ADMIN } };

int
maas_scopes_parse(const char *text, unsigned *to)
{
	*to = 0;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ","), i = 0;

		while (i < MAAS_COUNT(scopes) && (strlen(scopes[i].name) != n || strncmp(scopes[i].name, p, n)))
			i++;
		if (i == MAAS_COUNT(scopes))
			return maas_fail_as(MAAS_USAGE, "no such scope: '%.*s' (infer, admin)", (int)n, p);
		*to |= scopes[i].bit;
		p += n + (p[n] == ',');
	}
	return *to ? 0 : maas_fail_as(MAAS_USAGE, "no scope: want infer, admin or both");
}

const char *
maas_scopes_print(unsigned bits)
{
	return bits == (MAAS_SCOPE_INFER | MAAS_SCOPE_ADMIN) ? "infer,admin"
	    : bits == MAAS_SCOPE_ADMIN                       ? "admin"
							     : "infer";
}
