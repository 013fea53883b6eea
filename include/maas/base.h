/*
 * base -- what every other module stands on: reasons, memory, settings, files,
 * text, hashes, random numbers, the team of threads and what the processor can do.
 *
 * Includes nothing of ours.  Knows nothing of tensors, models or tokens.
 */
#ifndef MAAS_BASE_H
#define MAAS_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAAS_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define MAAS_USE          __attribute__((warn_unused_result))
#define MAAS_COUNT(a)     (sizeof (a) / sizeof (a)[0])

/*
 * Reasons.  A function that can fail returns -1 or NULL, and leaves one line of
 * text saying where, what was found and what was wanted, in this thread.  The
 * text has no newline and does not name the program.  With the text goes what
 * sort of failure it is: the exit status of sysexits(3) a command ends with.
 *
 *	if (n != want)
 *		return maas_fail("%s:%zu: %zu fields, expected %zu", path, line, n, want);
 */
enum maas_why {
	MAAS_NEGATIVE    = 1,           /* no failure: the answer is no */
	MAAS_USAGE       = 64,          /* the command line is wrong */
	MAAS_DATA        = 65,          /* the input is wrong */
	MAAS_NOINPUT     = 66,          /* no such input */
	MAAS_UNAVAILABLE = 69,          /* built without it */
	MAAS_INTERNAL    = 70,          /* our own mistake */
	MAAS_OS          = 71,          /* no memory, no thread */
	MAAS_CANTCREATE  = 73,
	MAAS_IO          = 74,
	MAAS_TEMPFAIL    = 75,          /* held by another process: try again */
	MAAS_NOPERM      = 77,
	MAAS_CONFIG      = 78           /* the configuration is wrong */
};

int maas_fail(const char *fmt, ...) MAAS_PRINTF(1, 2);          /* MAAS_DATA; returns -1 */
int maas_fail_as(enum maas_why, const char *fmt, ...) MAAS_PRINTF(2, 3);
/* From errno: no such file or a directory MAAS_NOINPUT, no permission MAAS_NOPERM,
 * no space or a failed transfer MAAS_IO, else MAAS_OS.  "text: strerror". */
int maas_fail_errno(const char *fmt, ...) MAAS_PRINTF(1, 2);
/* MAAS_USAGE: a setting, by the name its field has, means nothing to this model or to these data. */
int maas_fail_setting(const char *name, const char *fmt, ...) MAAS_PRINTF(2, 3);
const char *maas_error_setting(void);   /* its name; "" where the last failure was another */
int maas_in(const char *fmt, ...) MAAS_PRINTF(1, 2);            /* put "text: " in front; -1 */
const char *maas_error(void);           /* the reason; "" if none; valid until the next */
enum maas_why maas_why(void);           /* its sort */
/* Leaves nothing of the reason, and of what functions that have returned had in variables. */
void maas_thread_forget(void);

/*
 * Arena: memory with one lifetime.  Everything taken from it goes when it goes;
 * nothing is freed alone.  It grows by whole blocks; a reset keeps the blocks, so
 * that a loop that resets takes nothing from the system once warm, and zeros what
 * was used.  Returned memory is zero and 64-byte aligned.  Not for two threads at once.
 */
struct maas_arena;
struct maas_arena *maas_arena_new(size_t block) MAAS_USE;       /* NULL: no memory */
void *maas_take(struct maas_arena *, size_t n, size_t size) MAAS_USE;
char *maas_take_text(struct maas_arena *, const char *s, size_t n) MAAS_USE; /* NUL added */
size_t maas_arena_bytes(const struct maas_arena *);             /* held from the system */
void maas_arena_reset(struct maas_arena *);
void maas_arena_free(struct maas_arena *);                      /* NULL is fine */

/* Heap with a reason: MAAS_OS where there is none, and where n * size overflows. */
void *maas_alloc(size_t n, size_t size) MAAS_USE;               /* zeroed; free() it */
/* The same for much that is used bit by bit: pages of the system's own, large ones where it has them; what is never
 * touched is never there. */
void *maas_pages_take(size_t n, size_t size) MAAS_USE;
void maas_pages_give(void *, size_t n, size_t size);            /* NULL is fine */
/* Make room for n more items of `size` bytes behind the *have in *p (a heap array of
 * *cap items).  Grows by half at least.  0, or -1 with *p still valid. */
int maas_grow(void *p, size_t have, size_t *cap, size_t n, size_t size) MAAS_USE;

/* Types of the elements of an array, as safetensors names them. */
enum maas_dtype {
	MAAS_F32, MAAS_BF16, MAAS_I32, MAAS_F16, MAAS_F64, MAAS_I64, MAAS_I16, MAAS_I8,
	MAAS_U8, MAAS_U16, MAAS_U32, MAAS_U64, MAAS_BOOL, MAAS_DTYPES
};
size_t maas_dtype_size(enum maas_dtype);
const char *maas_dtype_name(enum maas_dtype);                   /* "F32" */

/* A piece of text or bytes that belongs to somebody else. */
struct maas_span {
	const char *s;
	size_t n;
};
struct maas_span maas_span(const char *text);                   /* of a C string */
int maas_span_is(struct maas_span, const char *text);           /* equal? */
int maas_span_compare(struct maas_span, struct maas_span);      /* below, at, above 0: by bytes, a beginning first */

/* Bytes that grow.  Zero-initialised is empty; s is NUL-terminated behind n. */
struct maas_buf {
	char *s;
	size_t n, cap;
};
int maas_buf_add(struct maas_buf *, const void *, size_t n) MAAS_USE;
int maas_buf_text(struct maas_buf *, const char *) MAAS_USE;
int maas_buf_printf(struct maas_buf *, const char *fmt, ...) MAAS_PRINTF(2, 3) MAAS_USE;
void maas_buf_free(struct maas_buf *);                          /* and empties it */
/* Empties it, and leaves nothing of what it ever held; a large one gives its memory back. */
void maas_buf_wipe(struct maas_buf *);

/* Different texts, numbered in the order they came.  Zero-initialised is empty. */
struct maas_names {
	struct maas_arena *arena;
	struct maas_span *name;         /* [n], copies */
	size_t n, cap;
	uint32_t *slot;                 /* of a hash table: number + 1 */
	size_t slots;
};
#define MAAS_NO_NAME UINT32_MAX         /* all numbers are below it */
/* The number of a text, the next one where it is new; -1 with a reason: no memory. */
int64_t maas_names_number(struct maas_names *, struct maas_span) MAAS_USE;
void maas_names_free(struct maas_names *);

/* Zeros, which no compiler leaves out. */
void maas_wipe(void *, size_t n);
/* From now on what is freed in this process, by whatever library, is zeros first; for a program that serves strangers.
 * 0: this C library has no place for it. */
int maas_heap_forgets(void);

/*
 * A field table says once what a setting is: its name, type, place in a struct,
 * range, default and meaning.  Options, YAML keys, environment, --help, the check
 * of the manuals, shell completion and the header of a model file come from it.
 *
 *	struct sgd { double lr; long steps; };
 *	static const struct maas_field sgd_fields[] = {
 *		MAAS_REAL('r', sgd, lr,    0, 10,   1e-3, "learning rate"),
 *		MAAS_INT ('n', sgd, steps, 1, 1e12, 1000, "steps to take"),
 *		MAAS_END
 *	};
 *
 * A member val_split is the option --val-split and the key val-split.
 * Members: FLAG int, INT long, REAL and DURATION (seconds) double, SIZE (bytes)
 * size_t, TEXT const char *, ENUM int (index into names), LIST struct maas_list.
 * A REAL whose default is NAN is unset and prints as "auto"; one whose argument is called X|auto takes NAN by that
 * word.
 */
enum maas_field_type {
	MAAS_F_END, MAAS_F_FLAG, MAAS_F_INT, MAAS_F_REAL, MAAS_F_TEXT,
	MAAS_F_ENUM, MAAS_F_LIST, MAAS_F_DURATION, MAAS_F_SIZE
};

struct maas_list {                      /* texts, in the order given; borrowed */
	const char **item;
	size_t n, cap;
};

struct maas_field {
	enum maas_field_type type;
	char letter;                    /* of the short option; 0: none */
	const char *name;               /* as the member: val_split */
	size_t at;                      /* offset in the struct */
	double min, max, def;
	const char *text;               /* default of TEXT; argument's name in --help else */
	const char *const *names;       /* of ENUM, NULL-terminated */
	const char *help;
};

#define MAAS_FIELD(t, l, s, m, lo, hi, d, x, e, h) \
	{ MAAS_F_##t, l, #m, offsetof(struct s, m), lo, hi, d, x, e, h }
#define MAAS_FLAG(l, s, m, help)              MAAS_FIELD(FLAG, l, s, m, 0, 1, 0, NULL, NULL, help)
#define MAAS_FLAG_ON(l, s, m, help)           MAAS_FIELD(FLAG, l, s, m, 0, 1, 1, NULL, NULL, help)
#define MAAS_INT(l, s, m, lo, hi, def, help)  MAAS_FIELD(INT, l, s, m, lo, hi, def, NULL, NULL, help)
#define MAAS_REAL(l, s, m, lo, hi, def, help) MAAS_FIELD(REAL, l, s, m, lo, hi, def, NULL, NULL, help)
#define MAAS_TEXT(l, s, m, def, help)         MAAS_FIELD(TEXT, l, s, m, 0, 0, 0, def, NULL, help)
#define MAAS_ENUM(l, s, m, names, def, help)  MAAS_FIELD(ENUM, l, s, m, 0, 0, def, NULL, names, help)
#define MAAS_LIST(l, s, m, arg, help)         MAAS_FIELD(LIST, l, s, m, 0, 0, 0, arg, NULL, help)
#define MAAS_DURATION(l, s, m, def, help)     MAAS_FIELD(DURATION, l, s, m, 0, 1e12, def, NULL, NULL, help)
#define MAAS_SIZE(l, s, m, lo, hi, def, help) MAAS_FIELD(SIZE, l, s, m, lo, hi, def, NULL, NULL, help)
#define MAAS_END { MAAS_F_END, 0, NULL, 0, 0, 0, 0, NULL, NULL, NULL }

void maas_defaults(const struct maas_field *, void *to);
/* By name, '-' and '_' alike; an unambiguous prefix will do where `prefix`.  NULL: none, with
 * the nearest name in the reason, or several. */
const struct maas_field *maas_field(const struct maas_field *, const char *name, int prefix);
/* Parse s into the field; -1 and the field untouched if it is not of the type or out of
 * range.  Text is borrowed, a list grows by one (its array is the heap's; it stays). */
int maas_set(const struct maas_field *, void *to, const char *s) MAAS_USE;
/* "name=value name=value", for built-in defaults; names that the table lacks are passed over. */
void maas_set_all(const struct maas_field *, void *to, const char *text);
/* Append the value so that maas_set reads it back exactly. */
int maas_get(const struct maas_field *, const void *from, struct maas_buf *) MAAS_USE;
/* Append a line "name=value" a field. */
int maas_fields_print(const struct maas_field *, const void *from, struct maas_buf *) MAAS_USE;
void maas_field_name(const struct maas_field *, char *to, size_t n);    /* with '-' */
const char *maas_field_arg(const struct maas_field *);                  /* "N", "X", "TEXT" ... */
/* The name in a NULL-terminated list nearest to s by edits, NULL if none is near. */
const char *maas_nearest(const char *s, const char *const *names);

/* Numbers out of text, C locale: 0, or -1 where the whole span is not one. */
int maas_parse_real(struct maas_span, double *) MAAS_USE;       /* decimal, exponent, inf, nan */
int maas_parse_int(struct maas_span, int64_t *) MAAS_USE;
/* As printf's "%.*g" in the C locale, to the last digit, and quicker; NUL-ended.  digits: 1 to 17. */
size_t maas_real_print(char to[32], double, int digits);
int maas_buf_real(struct maas_buf *, double, int digits) MAAS_USE;      /* appended */
double maas_clock(void);                /* seconds since some moment; never goes back */

/* A file mapped for reading; an empty file has n 0. */
struct maas_map {
	const unsigned char *p;
	size_t n;
};
int maas_map_open(struct maas_map *, const char *path) MAAS_USE;
/* The same, but a copy in memory of our own: what is done to the file later does not matter.  Changed while it is read:
 * MAAS_TEMPFAIL. */
int maas_map_read(struct maas_map *, const char *path) MAAS_USE;
void maas_map_close(struct maas_map *);

/*
 * An output that takes its name only when it is whole: written to a temporary name
 * beside the target, renamed by _commit; _abort (or _commit's failure) leaves what
 * was there before.  "-" is standard output.  Signals that end the process remove
 * the temporary name where maas_out_cleanup() is called from the handler.
 */
struct maas_out;
struct maas_out *maas_out_open(const char *path) MAAS_USE;
FILE *maas_out_file(struct maas_out *);                         /* buffered; never fclose it */
/* Bring the folder that path stands in to the disk: the name, after a rename. */
int maas_folder_sync(const char *path) MAAS_USE;
/* Flush, and with `durable` fsync file and folder.  With `if_changed` the old file stays
 * (its time too) where the bytes are equal.  Frees in any case. */
enum { MAAS_DURABLE = 1, MAAS_IF_CHANGED = 2 };
int maas_out_commit(struct maas_out *, int how) MAAS_USE;
void maas_out_abort(struct maas_out *);
void maas_out_cleanup(void);            /* async-signal-safe */

int maas_lock_open(const char *path) MAAS_USE;  /* descriptor; held by another: MAAS_TEMPFAIL */
void maas_lock_close(int lock);

/* UTF-8.  Next code point at *p (before end), *p moved behind it; a byte that begins
 * none is returned as -1 - byte, and *p moves by one. */
int32_t maas_utf8_next(const char **p, const char *end);
size_t maas_utf8_put(char to[4], uint32_t cp);          /* bytes written */
int maas_utf8_good(struct maas_span);                   /* whole characters, and nothing else? */
/* Bytes of s[0..n) up to the last whole character; what follows may yet become one. */
size_t maas_utf8_whole(const char *s, size_t n);

uint32_t maas_crc32c(uint32_t crc, const void *, size_t n);     /* start with 0 */
uint64_t maas_hash(const void *, size_t n, uint64_t seed);      /* fast; same on every machine */

/* SHA-256 (FIPS 180-4), what others call a file's digest: piece by piece, or of a whole; 64 hexadecimal digits. */
struct maas_sha256 {
	uint32_t h[8];
	uint64_t n;                     /* bytes so far */
	unsigned char block[64];
};
void maas_sha256_begin(struct maas_sha256 *);
void maas_sha256_add(struct maas_sha256 *, const void *, size_t n);
void maas_sha256_end(struct maas_sha256 *, char hex[65]);
void maas_sha256(char hex[65], const void *, size_t n);

/* Random numbers are a function of their key, never of what was drawn before:
 * Philox 4x32-10 (Salmon et al. 2011, SC11). */
void maas_philox(uint32_t out[4], uint64_t seed, uint64_t stream, uint64_t index);
double maas_uniform(uint64_t seed, uint64_t stream, uint64_t index);    /* [0,1), 53 bits */
void maas_fill_normal(float *x, size_t n, double sd, uint64_t seed, uint64_t stream);
struct maas_team;
void maas_fill_normal_team(struct maas_team *, float *x, size_t n, double sd, uint64_t seed, uint64_t stream);
void maas_fill_uniform(float *x, size_t n, double lo, double hi, uint64_t seed, uint64_t stream);
void maas_shuffle(uint32_t *item, size_t n, uint64_t seed, uint64_t stream);

/*
 * The team: a pool of threads, a process's only one at work.  maas_team_run cuts [0,n) into
 * ranges of `grain` (the last may be short), hands them to the members, and returns
 * when all are done.  Where the cuts fall depends on n and grain alone, so what is
 * computed does not depend on the number of threads; which member gets which range
 * is not fixed.  Not to be nested on one team; one caller at a time.  A team of many may give each of its members
 * another, small one to work with.
 */
typedef void maas_work(void *arg, size_t begin, size_t end, int member);
struct maas_team *maas_team_new(int threads) MAAS_USE;          /* 0: the cores we may use */
int maas_team_size(const struct maas_team *);
void maas_team_run(struct maas_team *, size_t n, size_t grain, maas_work *, void *arg);
void maas_team_free(struct maas_team *);
/* Work for the team to do in the same breath as other: n items, each once. */
struct maas_beside {
	maas_work *work;
	void *arg;
	size_t n;
};
int maas_cores(void);                                           /* by affinity and cgroup */
/* bytes that we could take: by the system, cgroup and ulimit -v; INFINITY: not known */
double maas_memory_free(void);

/* Secrets: the door to libsodium.  Built without it: MAAS_UNAVAILABLE, and nothing is the same as anything. */
int maas_random(void *to, size_t n) MAAS_USE;           /* unpredictable bytes, for keys and ids */
int maas_digest(unsigned char to[32], const void *, size_t n) MAAS_USE; /* BLAKE2b-256 (RFC 7693) */
int maas_same(const void *, const void *, size_t n);    /* equal?  In a time that does not tell where they differ */

/* What the processor can do, by feature bits; MAAS_ISA=portable|avx2|avx512|amx forces lower. */
enum maas_isa { MAAS_PORTABLE, MAAS_AVX2, MAAS_AVX512, MAAS_AMX };
enum maas_isa maas_isa(void);           /* of this process, fixed at the first call */
enum maas_isa maas_isa_best(void);      /* of this machine */
const char *maas_isa_name(enum maas_isa);
void maas_isa_force(enum maas_isa);     /* for tests: a tier the machine has */
/* Is it what MAAS_ISA asked for?  -1, with the reason: MAAS_USAGE where that names no tier, MAAS_UNAVAILABLE where this
 * machine has not got it and its best is used.  To be called before there are threads, and before a fence. */
int maas_isa_asked(void) MAAS_USE;
/* Numbers below the normal ones are zero from now on, as operands and as results, in this thread and in those it
 * starts.  Commands begin with it: some processors take a hundred times as long over a subnormal number. */
void maas_flush_subnormals(void);

#define MAAS_VERSION "0.1.0"

#endif
