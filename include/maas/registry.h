/*
 * registry -- models by name, version and label, in a directory:
 *
 *	NAME/VERSION/model.maas         the model; its bytes never change
 *	NAME/VERSION/about.json         its digest, kind, size, card, and when it came
 *	NAME/VERSION/checked            for which file the digest was compared; can be done without
 *	NAME/labels                     a line a label: the label, its version, its earlier versions, parted by tabs
 *	NAME/log                        what happened when
 *	NAME/.removed-VERSION           withdrawn, until it is pruned or purged
 *	.lock                           held by who writes
 *
 * All but the log, which is appended to, and `checked` changes by rename alone, after fsync: readers take no lock and
 * see what was or what is; a writer that is killed leaves what was, and a temporary name that the next one removes.
 */
#ifndef MAAS_REGISTRY_H
#define MAAS_REGISTRY_H

#include "maas/base.h"

#define MAAS_REGISTRY_NAME 64           /* bytes of a name or a label, at most */

struct maas_version {
	int64_t number;                 /* 1, 2, 3 ...; never given twice */
	char sha256[65], kind[32];      /* "" where about.json is no more */
	uint64_t bytes;
	int64_t created;                /* registered, seconds since 1970 */
	const char *card;               /* an object of JSON, see card.h; NULL: none */
};
struct maas_label {
	const char *name;
	const int64_t *version;         /* the one it stands at, then earlier ones, the latest first */
	size_t n;                       /* at least 1 */
};
struct maas_shelf {                     /* all of a name; in the arena that it was read into */
	const char *name;
	struct maas_version *version;   /* ascending */
	size_t n;
	struct maas_label *label;       /* by name */
	size_t nlabel;
};

/* $MAAS_REGISTRY, else as root /var/lib/maas/models, else $XDG_DATA_HOME/maas/models or ~/.local/share/maas/models. */
int maas_registry_default(struct maas_buf *) MAAS_USE;

/* Letters, digits, '.', '_' and '-', the first a letter, a digit or '_'; at most MAAS_REGISTRY_NAME bytes. */
int maas_registry_decent(struct maas_span);
/* Of a name: decent, and not ending as files do (.maas, .json).  Of a label: decent, and no number. */
int maas_registry_check_name(const char *name) MAAS_USE;
int maas_registry_check_label(const char *label) MAAS_USE;

/* The names, in order, NULL-terminated; a directory that is not there has none. */
int maas_registry_names(const char *dir, struct maas_arena *, const char ***names) MAAS_USE;
/* MAAS_NOINPUT where there is no such name. */
int maas_registry_read(const char *dir, const char *name, struct maas_arena *, struct maas_shelf *) MAAS_USE;
/* The version a label stands at; 0: no such label. */
int64_t maas_shelf_label(const struct maas_shelf *, const char *label);
int maas_shelf_has(const struct maas_shelf *, int64_t version);
int maas_registry_path(const char *dir, const char *name, int64_t version, struct maas_buf *to) MAAS_USE;
/* What the registry knows as the digest of the model at this path; "" where it is none of a registry's. */
int maas_registry_sha256(const char *path, char hex[65]) MAAS_USE;

/* Has the model at this path, where it is one of a registry's, the digest that it was registered with?  If not,
 * MAAS_DATA.
 * What was compared before, and is the same file by inode, size and times, is not read again but with `anew`. */
int maas_registry_check(const char *path, int anew) MAAS_USE;
int maas_registry_altered(const char *path, const char *is, const char *was);      /* that reason, of two digests; -1 */

/* What -m says to a path: one that exists is taken as it is, all else is looked for in the default registry, and
 * checked as maas_registry_check does.  A reason names both places. */
int maas_model_find(const char *said, struct maas_buf *path) MAAS_USE;
/* The same, unchecked: for who digests what he reads. */
int maas_model_path(const char *said, struct maas_buf *path) MAAS_USE;
/* maas_tokenizer_load of what that finds. */
struct maas_tokenizer;
struct maas_tokenizer *maas_tokenizer_find(const char *said) MAAS_USE;

/*
 * Changes.  Each takes the lock, waiting a minute at most (MAAS_TEMPFAIL), and is there when it returns 0.
 *
 * Register: a model file is copied, a directory as transformers writes them becomes a model file.  The copy is opened,
 * checked and tried with what it keeps for that before anybody can find it.
 */
struct maas_entry {
	const char *path, *name;
	struct maas_list labels;        /* moved to the version */
	int if_changed;                 /* not again where the highest version is the same file */
	int64_t version;                /* out: which it is */
	int there;                      /* out: it was there */
	int unsigned_by;                /* out: the signature beside the path is of another name or version */
};
int maas_registry_register(const char *dir, struct maas_entry *) MAAS_USE;
int maas_registry_label(const char *dir, const char *name, int64_t version, const char *label) MAAS_USE;
/* The label goes back to the version it stood at before: *version. */
int maas_registry_rollback(const char *dir, const char *name, const char *label, int64_t *version) MAAS_USE;
/* Withdraw a version, which no label may stand at; with `purge` delete it, withdrawn already or not. */
int maas_registry_remove(const char *dir, const char *name, int64_t version, int purge) MAAS_USE;
/* Of each name, delete all but the `keep` highest versions and those with a label, and what was withdrawn. */
int maas_registry_prune(const char *dir, size_t keep, void (*tell)(void *ctx, const char *name, int64_t version),
    void *ctx) MAAS_USE;
/* The log of a name, whole lines: time, what, version, label, digest. */
int maas_registry_log(const char *dir, const char *name, struct maas_buf *) MAAS_USE;

#endif
