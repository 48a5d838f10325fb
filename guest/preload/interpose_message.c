/* SPDX-License-Identifier: MIT */
/* Devices that are passed to another process over a Unix socket. */
#include "guest/preload/config.h"
#include "guest/preload/device.h"
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <sys/socket.h>

typedef void each_fd(int fd, void *context);

static void for_each_passed(const struct msghdr *message, each_fd *each, void *context)
{
	struct msghdr *header = (struct msghdr *)(uintptr_t)message;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
		const int *fds = (const int *)(const void *)CMSG_DATA(part);

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS || part->cmsg_len < CMSG_LEN(0))
			continue;
		for (size_t i = 0; i < (part->cmsg_len - CMSG_LEN(0)) / sizeof *fds; i++)
			each(fds[i], context);
	}
}

static void share(int fd, void *context)
{
	struct section *section;
	struct shim_file *file;

	(void)context;
	if (!file_of(fd_entry(fd)))
		return;
	section = section_enter();
	file = file_get(fd);
	if (file) {
		file->shared = true;
		if (file->link && !file->dead)
			(void)iof_session_share(file->link->session, file->token);
		file_put(file);
	}
	section_leave(section, false);
}

static void before_send(const struct msghdr *message)
{
	if (message && message->msg_controllen && file_any())
		for_each_passed(message, share, NULL);
}

static void adopt(int fd, void *context)
{
	struct section *section = section_enter();

	(void)context;
	device_adopt(fd);
	section_leave(section, false);
}

static void after_receive(const struct msghdr *message)
{
	int saved = errno;

	if (message->msg_controllen && config_address())
		for_each_passed(message, adopt, NULL);
	errno = saved;
}

INTERPOSE ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	before_send(message);
	return real()->sendmsg(fd, message, flags);
}

INTERPOSE int sendmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags)
{
	for (unsigned i = 0; messages && i < n; i++)
		before_send(&messages[i].msg_hdr);
	return real()->sendmmsg(fd, messages, n, flags);
}

INTERPOSE ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t result = real()->recvmsg(fd, message, flags);

	if (result >= 0)
		after_receive(message);
	return result;
}

INTERPOSE int recvmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *timeout)
{
	int result = real()->recvmmsg(fd, messages, n, flags, timeout);

	for (int i = 0; i < result; i++)
		after_receive(&messages[i].msg_hdr);
	return result;
}

#if !defined(__LP64__) && __TIMESIZE == 32
ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags);
INTERPOSE ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags)
{
	before_send(message);
	return real()->__sendmsg64(fd, message, flags);
}

ssize_t __recvmsg64(int fd, struct msghdr *message, int flags);
INTERPOSE ssize_t __recvmsg64(int fd, struct msghdr *message, int flags)
{
	ssize_t result = real()->__recvmsg64(fd, message, flags);

	if (result >= 0)
		after_receive(message);
	return result;
}
#endif
