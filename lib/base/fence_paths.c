/* fence_paths.c -- Landlock: which paths a process reaches.  landlock(7); there is no library to it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "maas/fence.h"

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && defined(SYS_landlock_create_ruleset) && !defined(UNFENCED)

/* What came after the first version of the interface; headers may be older than the kernel. */
#define MAY_REFER    (1ULL << 13) /* 2: linked and renamed to another directory */
#define MAY_TRUNCATE (1ULL << 14) /* 3 */
#define MAY_CONTROL  (1ULL << 15) /* 5: ioctl of devices */

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    MAY_TRUNCATE)
#define SOCKET (LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define FILES  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | MAY_TRUNCATE) /* no directory's rights */

static uint64_t
known(int version)
{
	uint64_t all = MAY_REFER - 1;

	return all | (version >= 2 ? MAY_REFER : 0) | (version >= 3 ? MAY_TRUNCATE : 0) |
	    (version >= 5 ? MAY_CONTROL : 0);
}

static int
add_rule(int rules, const struct maas_fence_path *p, uint64_t all)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;
	int rc = 0;

	if ((rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC)) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : maas_fail_errno("%s", p->path);
	rule.allowed_access = all &
	    ((p->may & MAAS_PATH_READ ? READ : 0) | (p->may & MAAS_PATH_WRITE ? WRITE : 0) |
		(p->may & MAAS_PATH_SOCKET ? SOCKET : 0));
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILES;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		rc = maas_fail_errno("%s: cannot be fenced", p->path);
	close(rule.parent_fd);
	return rc;
}

int
maas_fence_paths(const struct maas_fence_path *path, size_t n)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), rules;
	struct landlock_ruleset_attr what = { .handled_access_fs = known(version) };
	int rc = 0;

	if (version < 1) {
		maas_fail_as(MAAS_UNAVAILABLE, "paths are not fenced: the kernel has no Landlock");
		return 0;
	}
	/* The first member alone: the others are newer than some kernels. */
	rules = (int)syscall(SYS_landlock_create_ruleset, &what, sizeof what.handled_access_fs, 0);
	if (rules < 0)
		return maas_fail_errno("Landlock");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_rule(rules, &path[i], what.handled_access_fs);
	if (rc == 0 &&
	    (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_landlock_restrict_self, rules, 0) < 0))
		rc = maas_fail_errno("Landlock");
	close(rules);
	return rc < 0 ? -1 : 1;
}

#elif defined(UNFENCED)

/* For who measures which lines are run: each process writes beside its objects. */
int
maas_fence_paths(const struct maas_fence_path *path, size_t n)
{
	(void)path, (void)n;
	return 1;
}

#else

int
maas_fence_paths(const struct maas_fence_path *path, size_t n)
{
	(void)path, (void)n;
	maas_fail_as(MAAS_UNAVAILABLE, "paths are not fenced: built without Landlock");
	return 0;
}

#endif
