/* The fence, from inside: a child enters it and tries; what becomes of it is told by how it ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "maas/fence.h"
#include "../test.h"

#define FINE     0    /* the call succeeds */
#define KILLED   (-1) /* the process is ended for it */
#define UNFENCED 77

/* Each returns 0 or the errno. */
static int
said(long rc)
{
	return rc < 0 ? errno : 0;
}

static int
run_program(void)
{
	static char name[] = "true";
	char *argv[] = { name, NULL };

	return said(execv("/bin/true", argv));
}

static int
run_by_descriptor(void)
{
	static char name[] = "true";
	char *argv[] = { name, NULL };

	return said(syscall(SYS_execveat, open("/bin/true", O_RDONLY), "", argv, NULL, 0x1000));
}

static int
make_process(void)
{
	pid_t p = fork();

	if (p == 0)
		_exit(0);
	return said(p);
}

static int
make_namespace(void)
{
	return said(syscall(SYS_clone, 0x10000000 | SIGCHLD, NULL, NULL, NULL, NULL));
}

static int
trace(void)
{
	return said(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
become_another(void)
{
	return said(syscall(SYS_setuid, getuid()));
}

static int
mount_something(void)
{
	return said(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}

static int
load_filter(void)
{
	return said(syscall(SYS_bpf, 0, NULL, 0));
}

static int
ring_of_calls(void)
{
	return said(syscall(SYS_io_uring_setup, 1, NULL));
}

static int
new_socket(void)
{
	return said(socket(AF_INET, SOCK_STREAM, 0));
}

static int open_before;

static int
connect_out(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x7f000001) };

	return said(connect(open_before, (struct sockaddr *)&at, sizeof at));
}

static int
change_mode(void)
{
	return said(fchmod(open_before, 0777));
}

static int
signal_others(void)
{
	return said(kill(getppid(), 0));
}

static int
raise_limits(void)
{
	return said(syscall(SYS_prlimit64, 0, 7, (uint64_t[]){ 64, 64 }, NULL));
}

static int
execute_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	    ? errno
	    : 0;
}

static int
turn_to_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return said(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
unknown_call(void)
{
	return said(syscall(4000));
}

static int
newer_clone(void)
{
	return said(syscall(SYS_clone3, NULL, 0));
}

static void *
count_up(void *arg)
{
	++*(int *)arg;
	return NULL;
}

/* Threads, files and memory are as before. */
static int
go_on_working(void)
{
	char path[] = "/tmp/fence-XXXXXX", text[8];
	pthread_t t;
	int n = 6, fd = mkstemp(path), got;
	void *p = malloc(1 << 22);

	if (fd < 0 || !p || pthread_create(&t, NULL, count_up, &n) || pthread_join(t, NULL) || n != 7)
		return EINVAL;
	got = write(fd, "seven", 5) == 5 && pread(fd, text, sizeof text, 0) == 5 && ftruncate(fd, 0) == 0 &&
	    fsync(fd) == 0 && unlink(path) == 0;
	free(p);
	return got ? 0 : EIO;
}

static pthread_barrier_t fenced;

static void *
made_before(void *arg)
{
	pthread_barrier_wait(&fenced);
	*(int *)arg = new_socket();
	return NULL;
}

/* A thread that was there before is inside too. */
static int
thread_of_before(void)
{
	pthread_t t;
	int why = 0;

	pthread_barrier_init(&fenced, NULL, 2);
	if (pthread_create(&t, NULL, made_before, &why) || maas_fence_calls() < 0)
		return EINVAL;
	pthread_barrier_wait(&fenced);
	pthread_join(t, NULL);
	return why;
}

/* How a child ends that tries it. */
static int
inside(int (*try)(void), int enter)
{
	int status;
	pid_t p;

	fflush(stdout);
	if ((p = fork()) == 0) {
		maas_fence_hide();
		if (enter && maas_fence_calls() != 1)
			_exit(UNFENCED);
		_exit(try());
	}
	if (p < 0 || waitpid(p, &status, 0) < 0)
		return -2;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? KILLED : WEXITSTATUS(status);
}

static const struct {
	const char *what;
	int (*try)(void);
	int end;
} tries[] = { { "files, memory and threads are as before", go_on_working, FINE }, { "a program", run_program, KILLED },
	{ "a program by its descriptor", run_by_descriptor, KILLED }, { "a process", make_process, KILLED },
	{ "a process in its own namespace", make_namespace, KILLED }, { "tracing", trace, KILLED },
	{ "another user", become_another, KILLED }, { "mounting", mount_something, KILLED },
	{ "a program in the kernel", load_filter, KILLED }, { "calls through a ring", ring_of_calls, KILLED },
	{ "a socket", new_socket, EPERM }, { "a connection", connect_out, EPERM },
	{ "a file's mode", change_mode, EPERM }, { "a signal to others", signal_others, EPERM },
	{ "limits", raise_limits, ENOSYS }, { "memory to write and execute", execute_memory, EACCES },
	{ "memory turned to code", turn_to_code, EACCES }, { "a call that is not known", unknown_call, ENOSYS },
	{ "clone3", newer_clone, ENOSYS } };

static int
write_to(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		close(fd);
	return said(fd);
}

static char folder[] = "fence-XXXXXX", below[64], beside[64];

static int
fence_paths(void)
{
	struct maas_fence_path path[] = { { folder, MAAS_PATH_WRITE }, { "/usr", MAAS_PATH_READ },
		{ "/nowhere/at/all", MAAS_PATH_READ } };

	return maas_fence_paths(path, MAAS_COUNT(path));
}

static int
write_below(void)
{
	return fence_paths() < 0 ? EINVAL : write_to(below);
}

static int
write_beside(void)
{
	return fence_paths() < 0 ? EINVAL : write_to(beside);
}

static int
write_to_read(void)
{
	return fence_paths() < 0 ? EINVAL : write_to("/usr/fence");
}

static int
read_elsewhere(void)
{
	return fence_paths() < 0 ? EINVAL : said(open("/etc/passwd", O_RDONLY));
}

static void
check_paths(void)
{
	int there = inside(fence_paths, 0);

	if (there != 1) {
		ok(there == 0, "the kernel has no Landlock");
		return;
	}
	ok(inside(write_below, 0) == 0, "a file below its folder");
	ok(inside(write_beside, 0) == EACCES, "a file beside it");
	ok(inside(write_to_read, 0) == EACCES, "a file where it may read");
	ok(inside(read_elsewhere, 0) == EACCES, "a file that is none of its own");
}

int
main(void)
{
	char here[] = "/tmp/fence-unit-XXXXXX";

	if (!mkdtemp(here) || chdir(here) < 0 || !mkdtemp(folder))
		return 1;
	snprintf(below, sizeof below, "%s/file", folder);
	snprintf(beside, sizeof beside, "file");
	open_before = socket(AF_INET, SOCK_STREAM, 0);
	check_paths();
	if (inside(go_on_working, 1) == UNFENCED) {
		ok(maas_fence_calls() == 0, "no fence: %s", maas_error());
	} else {
		for (size_t i = 0; i < MAAS_COUNT(tries); i++) {
			int end = inside(tries[i].try, 1);

			ok(end == tries[i].end, "%s: %d", tries[i].what, end);
		}
		ok(inside(thread_of_before, 0) == EPERM, "a socket in a thread that was there before");
	}
	unlink(below);
	rmdir(folder);
	if (chdir("/") == 0)
		rmdir(here);
	return done();
}
