/*
 * fence_user.c -- from root to a user, for good.
 *
 * Capabilities belong to threads, and threads are made between the two steps.  So the first step leaves the real
 * user root: effective rights are the user's, with two capabilities raised; and the second sets all user ids, which
 * the C library does in every thread, and which takes from each all it has (capabilities(7)).
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "maas/fence.h"

#define BIT(c) (1u << (c))

static int
set_capabilities(uint32_t permitted, uint32_t effective)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { .permitted = permitted, .effective = effective } };

	return (int)syscall(SYS_capset, &head, data);
}

static int
no_capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	return syscall(SYS_capget, &head, data) == 0 &&
	    !(data[0].permitted | data[0].effective | data[0].inheritable | data[1].permitted | data[1].effective |
		data[1].inheritable);
}

int
maas_user_find(struct maas_user *u, const char *name)
{
	struct passwd *p;

	errno = 0;
	if (!(p = getpwnam(name)))
		return errno && errno != ENOENT ? maas_fail_errno("user %s", name)
						: maas_fail_as(MAAS_USAGE, "there is no user '%s'", name);
	if (!p->pw_uid || !p->pw_gid)
		return maas_fail_as(MAAS_USAGE, "user %s has root's rights, which were to be given up", name);
	*u = (struct maas_user){ p->pw_uid, p->pw_gid, name };
	return 0;
}

/* Whoever is this user already has nothing to give up. */
static int
already(const struct maas_user *u)
{
	return getuid() == u->uid && geteuid() == u->uid;
}

int
maas_user_wear(const struct maas_user *u)
{
	const uint32_t opening = BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_DAC_READ_SEARCH);

	if (already(u))
		return 0;
	if (geteuid() != 0)
		return maas_fail_as(MAAS_NOPERM, "only root can become the user %s", u->name);
	if (initgroups(u->name, u->gid) < 0 || setresgid(u->gid, u->gid, u->gid) < 0)
		return maas_fail_errno("the groups of the user %s", u->name);
	if (setresuid((uid_t)-1, u->uid, (uid_t)-1) < 0 || set_capabilities(opening, opening) < 0)
		return maas_fail_errno("the user %s", u->name);
	return 0;
}

int
maas_user_settle(const struct maas_user *u)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	if (!already(u) && setresuid(u->uid, u->uid, u->uid) < 0)
		return maas_fail_errno("the user %s", u->name);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (set_capabilities(0, 0) < 0 || !no_capabilities() || getresuid(&r, &e, &s) < 0 ||
	    getresgid(&gr, &ge, &gs) < 0 || r != u->uid || e != r || s != r || gr != u->gid || ge != gr || gs != gr ||
	    setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
		return maas_fail_as(MAAS_NOPERM, "root's rights are still there after becoming the user %s", u->name);
	return 0;
}
