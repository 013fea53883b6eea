/*
 * fault STEP kill|ERRNO COMMAND...: run a command, and at its STEPth change of the file system kill it before it is
 * made, or (ENOSPC, EIO, EROFS) have it fail.  STEP 0: let it run, and print how many there are.  The status is the
 * command's; 137 where it was killed, 77 where this system lets nobody trace.  Its first thread alone is looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIP 77

#if defined(__x86_64__)
static int
skip_call(pid_t pid)
{
	return (int)ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.orig_rax), -1L);
}

static int
set_result(pid_t pid, long result)
{
	return (int)ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.rax), result);
}
#elif defined(__aarch64__)
#include <elf.h>

static int
skip_call(pid_t pid)
{
	int none = -1;

	return (int)ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &(struct iovec){ &none, sizeof none });
}

static int
set_result(pid_t pid, long result)
{
	struct user_regs_struct r;
	struct iovec v = { &r, sizeof r };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) < 0)
		return -1;
	r.regs[0] = (unsigned long long)result;
	return (int)ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v);
}
#else
static int
skip_call(pid_t pid)
{
	(void)pid;
	exit(SKIP);
}

static int
set_result(pid_t pid, long result)
{
	(void)pid, (void)result;
	return -1;
}
#endif

/* Does the call change files?  What goes to standard output and the like does not. */
static int
is_step(const struct __ptrace_syscall_info *i)
{
	static const long change[] = {
		SYS_fsync, SYS_fdatasync, SYS_renameat, SYS_renameat2, SYS_mkdirat, SYS_unlinkat, SYS_ftruncate,
#ifdef SYS_rename
		SYS_rename, SYS_mkdir, SYS_unlink, SYS_rmdir
#endif
	};
	long nr = (long)i->entry.nr;

	if (nr == SYS_write || nr == SYS_writev || nr == SYS_pwrite64)
		return i->entry.args[0] > 2;
	if (nr == SYS_openat)
		return (i->entry.args[2] & O_CREAT) != 0;
	for (size_t k = 0; k < sizeof change / sizeof change[0]; k++)
		if (change[k] == nr)
			return 1;
	return 0;
}

static long
error_of(const char *name)
{
	return !strcmp(name, "kill")  ? 0
	    : !strcmp(name, "ENOSPC") ? ENOSPC
	    : !strcmp(name, "EIO")    ? EIO
	    : !strcmp(name, "EROFS")  ? EROFS
				      : -1;
}

/* Up to the next stop for a call; signals are handed on.  0: the process has ended, and *status says how. */
static int
next_stop(pid_t pid, int *status)
{
	int signal = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, signal) < 0 || waitpid(pid, status, 0) < 0)
			exit(SKIP);
		if (WIFEXITED(*status) || WIFSIGNALED(*status))
			return 0;
		if (WSTOPSIG(*status) == (SIGTRAP | 0x80))
			return 1;
		signal = WSTOPSIG(*status) == SIGTRAP ? 0 : WSTOPSIG(*status);
	}
}

static int
watch(pid_t pid, long step, long error)
{
	struct __ptrace_syscall_info i;
	long n = 0;
	int status;

	while (next_stop(pid, &status)) {
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof i, &i) <= 0)
			return SKIP;
		if (i.op != PTRACE_SYSCALL_INFO_ENTRY || !is_step(&i) || ++n != step)
			continue;
		if (!error) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			break;
		}
		if (skip_call(pid) < 0 || !next_stop(pid, &status) || set_result(pid, -error) < 0)
			return SKIP;
	}
	if (!step)
		printf("%ld\n", n);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
	long error = argc > 3 ? error_of(argv[2]) : -1;
	int status;
	pid_t pid;

	if (error < 0) {
		fprintf(stderr, "fault STEP kill|ENOSPC|EIO|EROFS COMMAND...\n");
		return 64;
	}
	if ((pid = fork()) == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			_exit(SKIP);
		raise(SIGSTOP);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		return SKIP;
	return watch(pid, strtol(argv[1], NULL, 10), error);
}
