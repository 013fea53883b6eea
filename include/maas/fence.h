/*
 * fence -- what a process gives up once it has what it needs: its user, paths, system calls;
 * and what it tells the service manager.  Linux.  Knows nothing of what the process does.
 *
 *	maas_user_find(&u, "maas"), maas_user_wear(&u);         root no more, but for opening
 *	maas_fence_paths(path, n);                              before there are threads
 *	... open, listen, start threads ...
 *	maas_user_settle(&u);                                   for good
 *	maas_fence_calls();                                     all threads
 */
#ifndef MAAS_FENCE_H
#define MAAS_FENCE_H

#include <sys/types.h>

#include "maas/base.h"

/* 1: it stands.  0: it cannot be had (maas_error() says why), and nothing has changed.  -1: it failed. */

/*
 * From now on the thread, and those it makes, reach these paths alone, with all below them (Landlock).  A path that
 * is not there is passed over: nobody finds it later either.  Sets no_new_privs.
 */
enum { MAAS_PATH_READ = 1, MAAS_PATH_WRITE = 2, MAAS_PATH_SOCKET = 4 };
struct maas_fence_path {
	const char *path;
	unsigned may;   /* READ; WRITE: files are made, read, written and removed; SOCKET: made and removed */
};
int maas_fence_paths(const struct maas_fence_path *, size_t n) MAAS_USE;

/*
 * From now on all threads of the process make no other system calls than those of a server that has opened its
 * sockets (seccomp).  To run a program, to look into another process, to become somebody else, or to load code into
 * the kernel ends the process; a new socket, connection, or change of a file's mode fails with EPERM, memory that is
 * executed with EACCES, what is not known with ENOSYS.  Sets no_new_privs.
 */
int maas_fence_calls(void) MAAS_USE;

/* No core image, no other process of the user that looks in; what the process makes is its user's alone. */
void maas_fence_hide(void);

/* Another user, in two steps: between them files are opened with his rights, but ports below 1024 can be had, and
 * every file can be read. */
struct maas_user {
	uid_t uid;
	gid_t gid;
	const char *name;               /* borrowed */
};
int maas_user_find(struct maas_user *, const char *name) MAAS_USE;      /* MAAS_USAGE: no such user, or root */
int maas_user_wear(const struct maas_user *) MAAS_USE;          /* MAAS_NOPERM: only root can */
/* All threads; no way leads back: it is tried. */
int maas_user_settle(const struct maas_user *) MAAS_USE;

/*
 * The service manager (sd_notify(3)), where NOTIFY_SOCKET names it; else all of this does nothing.
 */
int maas_notify_open(void) MAAS_USE;    /* before the fence.  -1: the socket that was named cannot be had */
void maas_notify(const char *fmt, ...) MAAS_PRINTF(1, 2);       /* "READY=1\nSTATUS=..." */

#endif
