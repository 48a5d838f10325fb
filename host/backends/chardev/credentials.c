/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <errno.h>
#include <grp.h>
#include <ioferry/log.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Not libc's wrappers: those change all threads. Where ids once had 16 bits, the plain numbers still mean those. */
#ifdef SYS_setresuid32
#define SETRESUID SYS_setresuid32
#define SETRESGID SYS_setresgid32
#define SETGROUPS SYS_setgroups32
#else
#define SETRESUID SYS_setresuid
#define SETRESGID SYS_setresgid
#define SETGROUPS SYS_setgroups
#endif

enum { GROUPS_MAX = 64 };

struct credentials {
	uid_t uid, own_uid;
	gid_t gid, own_gid;
	gid_t groups[GROUPS_MAX], own_groups[GROUPS_MAX];
	int n_groups, n_own_groups;
	struct __user_cap_data_struct wanted[_LINUX_CAPABILITY_U32S_3], own[_LINUX_CAPABILITY_U32S_3];
};

static bool parse_number(const char *text, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *number < UINT32_MAX;
}

static void read_user(struct credentials *credentials, const struct config_node *settings)
{
	const struct config_node *node = config_get(settings, "user");
	const struct passwd *entry = NULL;
	unsigned long number = 0;
	const char *name;

	if (!node)
		return;
	name = config_text(node);
	if (parse_number(name, &number))
		credentials->uid = credentials->gid = (uid_t)number;
	else
		entry = getpwnam(name);
	if (entry) {
		credentials->uid = entry->pw_uid;
		credentials->gid = entry->pw_gid;
	} else if (!parse_number(name, &number)) {
		config_error(node, "there is no user '%s'; write a name of /etc/passwd or a number", name);
	}
}

static void read_groups(struct credentials *credentials, const struct config_node *settings)
{
	const struct config_node *list = config_list(settings, "groups");

	for (size_t i = 0; i < config_count(list); i++) {
		const char *name = config_text(config_item(list, i));
		const struct group *entry = NULL;
		unsigned long number;

		if (i == GROUPS_MAX) {
			config_error(list, "at most %d groups", GROUPS_MAX);
			return;
		}
		if (!parse_number(name, &number)) {
			entry = getgrnam(name);
			number = entry ? entry->gr_gid : 0;
			if (!entry)
				config_error(config_item(list, i),
					     "there is no group '%s'; write a name of /etc/group or a number", name);
		}
		credentials->groups[credentials->n_groups++] = (gid_t)number;
	}
	if (credentials->n_groups)
		credentials->gid = credentials->groups[0];
}

static void read_capabilities(struct credentials *credentials, const struct config_node *settings)
{
	const struct config_node *list = config_list(settings, "capabilities");

	for (size_t i = 0; i < config_count(list); i++) {
		const char *name = config_text(config_item(list, i));
		cap_value_t value;

		if (cap_from_name(name, &value) < 0)
			config_error(config_item(list, i),
				     "there is no capability '%s'; write for example 'cap_sys_rawio'", name);
		else
			credentials->wanted[CAP_TO_INDEX(value)].effective |= CAP_TO_MASK(value);
	}
}

static long get_capabilities(struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capget, &header, data);
}

static long set_capabilities(const struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capset, &header, data);
}

static int read_own(struct credentials *credentials)
{
	credentials->own_uid = credentials->uid = geteuid();
	credentials->own_gid = credentials->gid = getegid();
	credentials->n_own_groups = getgroups(GROUPS_MAX, credentials->own_groups);
	return credentials->n_own_groups < 0 || get_capabilities(credentials->own) < 0 ? -errno : 0;
}

struct credentials *credentials_create(const struct config_node *settings)
{
	bool given =
		config_get(settings, "user") || config_get(settings, "groups") || config_get(settings, "capabilities");
	struct credentials *credentials = given ? calloc(1, sizeof(*credentials)) : NULL;

	if (!given)
		return NULL;
	if (!credentials) {
		config_error(settings, "no memory for the credentials of a device");
		return NULL;
	}
	if (read_own(credentials) < 0) {
		config_error(settings, "the daemon's own credentials cannot be read: %s", strerror(errno));
		return credentials;
	}
	read_user(credentials, settings);
	read_groups(credentials, settings);
	/* As of a root process: everything, unless the file says what. */
	if (credentials->uid == 0 && !config_get(settings, "capabilities"))
		memcpy(credentials->wanted, credentials->own, sizeof(credentials->wanted));
	read_capabilities(credentials, settings);
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		credentials->wanted[i].permitted = credentials->own[i].permitted;
	return credentials;
}

void credentials_destroy(struct credentials *credentials)
{
	free(credentials);
}

static int enter(const struct credentials *credentials)
{
	if (syscall(SETGROUPS, (size_t)credentials->n_groups, credentials->groups) < 0 ||
	    syscall(SETRESGID, (gid_t)-1, credentials->gid, (gid_t)-1) < 0 ||
	    syscall(SETRESUID, (uid_t)-1, credentials->uid, (uid_t)-1) < 0 || set_capabilities(credentials->wanted) < 0)
		return -errno;
	return 0;
}

int credentials_enter(const struct credentials *credentials, struct complaints *complaints)
{
	int error = credentials ? enter(credentials) : 0;

	if (!error)
		return 0;
	complain(complaints,
		 "cannot become uid %u gid %u: %s; run the daemon as root, or leave out 'user', 'groups' and "
		 "'capabilities' of the device",
		 (unsigned)credentials->uid, (unsigned)credentials->gid, strerror(-error));
	credentials_leave(credentials);
	return error;
}

void credentials_leave(const struct credentials *credentials)
{
	int error = errno;

	if (!credentials)
		return;
	/* Capabilities first: without CAP_SETUID and CAP_SETGID the rest is refused. They stayed permitted, because
	 * the saved user id is the daemon's own. A daemon without them could not change anything before either. */
	if (set_capabilities(credentials->own) < 0 ||
	    syscall(SETRESUID, (uid_t)-1, credentials->own_uid, (uid_t)-1) < 0 ||
	    set_capabilities(credentials->own) < 0 ||
	    syscall(SETRESGID, (gid_t)-1, credentials->own_gid, (gid_t)-1) < 0 ||
	    (syscall(SETGROUPS, (size_t)credentials->n_own_groups, credentials->own_groups) < 0 && errno != EPERM)) {
		iof_log(IOF_LOG_ERR, "cannot become the daemon's own user again: %s", strerror(errno));
		abort();
	}
	errno = error;
}
