/* fence.c -- the door to libseccomp: the system calls of a server that has opened all it needs. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maas/fence.h"
#include "sanitized.h"

void
maas_fence_hide(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
}

#if defined(MAAS_HAS_SECCOMP) && !defined(SANITIZED)

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <termios.h>
#include <sys/ioctl.h>

#define NAME_MEMORY 0x53564d41 /* PR_SET_VMA: how newer C libraries label what they map */

/* Whatever its arguments. */
static const char *const allowed[] = {
	/* files: models and certificates are read again on SIGHUP, the state and the log are written */
	"read",
	"readv",
	"pread64",
	"preadv",
	"preadv2",
	"write",
	"writev",
	"pwrite64",
	"pwritev",
	"pwritev2",
	"lseek",
	"_llseek",
	"open",
	"openat",
	"openat2",
	"close",
	"close_range",
	"creat",
	"stat",
	"fstat",
	"lstat",
	"newfstatat",
	"fstatat64",
	"statx",
	"statfs",
	"fstatfs",
	"access",
	"faccessat",
	"faccessat2",
	"readlink",
	"readlinkat",
	"getdents",
	"getdents64",
	"getcwd",
	"dup",
	"dup2",
	"dup3",
	"fcntl",
	"fcntl64",
	"flock",
	"ftruncate",
	"fallocate",
	"fsync",
	"fdatasync",
	"sync_file_range",
	"fadvise64",
	"readahead",
	"rename",
	"renameat",
	"renameat2",
	"unlink",
	"unlinkat",
	"memfd_create",
	"copy_file_range",
	"pipe",
	"pipe2",
	"umask",
	/* connections */
	"accept",
	"accept4",
	"recv",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
	"send",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"sendfile",
	"sendfile64",
	"splice",
	"shutdown",
	"getsockname",
	"getpeername",
	"getsockopt",
	"setsockopt",
	"poll",
	"ppoll",
	"select",
	"pselect6",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"eventfd",
	"eventfd2",
	"timerfd_create",
	"timerfd_settime",
	"timerfd_gettime",
	/* memory */
	"brk",
	"munmap",
	"mremap",
	"madvise",
	"mlock",
	"mincore",
	"msync",
	"membarrier",
	/* threads, signals, time */
	"futex",
	"futex_waitv",
	"futex_wait",
	"futex_wake",
	"futex_requeue",
	"set_robust_list",
	"get_robust_list",
	"rseq",
	"set_tid_address",
	"sched_yield",
	"sched_getaffinity",
	"getcpu",
	"exit",
	"exit_group",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigreturn",
	"rt_sigtimedwait",
	"rt_sigsuspend",
	"rt_sigpending",
	"sigaltstack",
	"restart_syscall",
	"pause",
	"nanosleep",
	"clock_nanosleep",
	"clock_gettime",
	"clock_getres",
	"gettimeofday",
	"time",
	"times",
	"getrusage",
	"getrandom",
	/* who and where we are */
	"getpid",
	"gettid",
	"getppid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getresuid",
	"getresgid",
	"getgroups",
	"getpgrp",
	"getpgid",
	"getsid",
	"capget",
	"uname",
	"sysinfo",
	"getrlimit",
	"ugetrlimit",
};

/* A library may try them and go on without; our own code has no use for them. */
static const char *const refused[] = { "socket", "socketcall", "socketpair", "connect", "bind", "listen", "chmod",
	"fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr",
	"fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "utime", "utimes", "utimensat", "futimesat",
	"truncate", "link", "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "mknod", "mknodat", "chdir", "fchdir",
	"kill", "tkill", "setpriority", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler",
	"ioprio_set", "setrlimit", "mlock2", "mlockall", "mbind", "set_mempolicy", "migrate_pages", "move_pages" };

/* Nothing in this process ever comes here: who does is not this process any more.  To go on would give him further
 * tries; the end of the process is seen by the service manager, and in the kernel's log. */
static const char *const deadly[] = { "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv",
	"process_vm_writev", "pidfd_getfd", "kcmp", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount",
	"open_tree", "fsopen", "fsmount", "fspick", "fsconfig", "mount_setattr", "bpf", "perf_event_open", "keyctl",
	"add_key", "request_key", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
	"create_module", "userfaultfd", "unshare", "setns", "setuid", "setuid32", "setgid", "setgid32", "setreuid",
	"setreuid32", "setregid", "setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32", "setgroups",
	"setgroups32", "setfsuid", "setfsgid", "capset", "open_by_handle_at", "name_to_handle_at", "fanotify_init",
	"io_uring_setup", "io_uring_enter", "io_uring_register", "personality", "modify_ldt", "iopl", "ioperm", "acct",
	"swapon", "swapoff", "reboot", "syslog", "quotactl", "nfsservctl", "vhangup", "settimeofday", "clock_settime",
	"clock_adjtime", "adjtimex", "stime", "sethostname", "setdomainname", "uselib", "lookup_dcookie" };

/* A call that this library, or this processor, does not know is passed over: it is answered with ENOSYS anyhow. */
static int
add_all(scmp_filter_ctx f, uint32_t action, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(name[i]);
		int rc = nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(f, action, nr, 0);

		if (rc < 0 && rc != -EDOM && rc != -EINVAL) {
			errno = -rc;
			return maas_fail_errno("seccomp: %s", name[i]);
		}
	}
	return 0;
}

/* One argument decides: the call is answered so where its bits under the mask are these. */
static int
add_where(scmp_filter_ctx f, uint32_t action, int nr, unsigned arg, uint64_t mask, uint64_t bits)
{
	int rc = seccomp_rule_add(f, action, nr, 1, SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, mask, bits));

	if (rc == 0)
		return 0;
	errno = -rc;
	return maas_fail_errno("seccomp: call %d", nr);
}

/* Memory is written or executed, never the latter: all code is loaded by now. */
static int
add_memory(scmp_filter_ctx f)
{
	static const int call[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect) };

	for (size_t i = 0; i < MAAS_COUNT(call); i++)
		if (add_where(f, SCMP_ACT_ALLOW, call[i], 2, PROT_EXEC, 0) < 0 ||
		    add_where(f, SCMP_ACT_ERRNO(EACCES), call[i], 2, PROT_EXEC, PROT_EXEC) < 0)
			return -1;
	return 0;
}

/* Threads are made, processes are not.  The arguments of clone3 lie in memory, where no filter sees them: it is unknown
 * here, and the C library takes clone instead. */
static int
add_threads(scmp_filter_ctx f)
{
	const uint64_t own =
	    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
#if defined(__s390x__)
	const unsigned flags = 1;
#else
	const unsigned flags = 0;
#endif

	return add_where(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), flags, CLONE_THREAD | own, CLONE_THREAD) < 0 ||
		add_where(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), flags, CLONE_THREAD, 0) < 0
	    ? -1
	    : 0;
}

static int
add_some(scmp_filter_ctx f)
{
	static const uint64_t control[] = { FIONREAD, FIONBIO, TCGETS };
	static const uint64_t own[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, NAME_MEMORY };
	const uint64_t all = UINT32_MAX, pid = (uint64_t)getpid();

	for (size_t i = 0; i < MAAS_COUNT(control); i++)
		if (add_where(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, all, control[i]) < 0)
			return -1;
	for (size_t i = 0; i < MAAS_COUNT(own); i++)
		if (add_where(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0, all, own[i]) < 0)
			return -1;
	/* Limits are looked at; signals go to our own threads, for a thread or the end of the process. */
	return add_where(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, UINT64_MAX, 0) < 0 ||
		add_where(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, all, pid) < 0
	    ? -1
	    : 0;
}

static int
load(scmp_filter_ctx f)
{
	int rc = seccomp_load(f);

	if (rc == 0)
		return 1;
	errno = rc == -ECANCELED ? EPERM : -rc;
	maas_fail_errno("the kernel takes no filter of system calls");
	return errno == EINVAL || errno == ENOSYS ? 0 : -1;
}

int
maas_fence_calls(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = -1;

	if (!f)
		return maas_fail_as(MAAS_OS, "seccomp: no memory for a filter");
	seccomp_attr_set(f, SCMP_FLTATR_CTL_NNP, 1);
	seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
#if defined(SCMP_VER_MAJOR) && (SCMP_VER_MAJOR > 2 || (SCMP_VER_MAJOR == 2 && SCMP_VER_MINOR >= 5))
	/* No code of others runs here, so nobody has to be slowed down against it; and the filter is a tree. */
	seccomp_attr_set(f, SCMP_FLTATR_CTL_SSB, 1);
	seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
#endif
	if (add_all(f, SCMP_ACT_ALLOW, allowed, MAAS_COUNT(allowed)) == 0 &&
	    add_all(f, SCMP_ACT_ERRNO(EPERM), refused, MAAS_COUNT(refused)) == 0 &&
	    add_all(f, SCMP_ACT_KILL_PROCESS, deadly, MAAS_COUNT(deadly)) == 0 && add_memory(f) == 0 &&
	    add_threads(f) == 0 && add_some(f) == 0)
		rc = load(f);
	seccomp_release(f);
	return rc;
}

#elif defined(SANITIZED)

int
maas_fence_calls(void)
{
	maas_fail_as(MAAS_UNAVAILABLE, "system calls are not fenced: built with a sanitizer");
	return 0;
}

#else

int
maas_fence_calls(void)
{
	maas_fail_as(MAAS_UNAVAILABLE, "system calls are not fenced: built without libseccomp");
	return 0;
}

#endif
