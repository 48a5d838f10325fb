/* SPDX-License-Identifier: MIT */
/* Devices that are passed to another process over a Unix socket. */
#include "guest/preload/config.h"
#include "guest/preload/device.h"
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <sys/socket.h>

typedef void each_fd(int fd);

static void for_each_passed(const struct msghdr *message, each_fd *each)
{
	struct msghdr *header = (struct msghdr *)(uintptr_t)message;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
		const int *fds = (const int *)(const void *)CMSG_DATA(part);

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS || part->cmsg_len < CMSG_LEN(0))
			continue;
		for (size_t i = 0; i < (part->cmsg_len - CMSG_LEN(0)) / sizeof *fds; i++)
			each(fds[i]);
	}
}

static void with_file(int fd, void (*function)(struct shim_file *file))
{
	struct section *section;
	struct shim_file *file;

	if (!file_of(fd_entry(fd)))
		return;
	section = section_enter();
	file = file_get(fd);
	if (file) {
		function(file);
		file_put(file);
	}
	section_leave(section, false);
}

static void share_file(struct shim_file *file)
{
	file->shared = true;
	(void)link_share_one(file);
}

static void share(int fd)
{
	with_file(fd, share_file);
}

static void take_back(int fd)
{
	with_file(fd, link_unshare_one);
}

/* Whether there may be something to do. */
static bool passes(const struct msghdr *message)
{
	return message && message->msg_controllen && file_any();
}

static void before_send(const struct msghdr *message)
{
	if (passes(message))
		for_each_passed(message, share);
}

static void not_sent(const struct msghdr *message)
{
	int saved = errno;

	if (passes(message))
		for_each_passed(message, take_back);
	errno = saved;
}

/* What the sender shared for this message is this one's; where the open is here already, there is nothing to attach. */
static void adopt_shared(int fd)
{
	struct section *section = section_enter();
	bool known;

	device_set(fd, NULL); /* a new number: an entry of it is left over from an unseen close */
	known = device_adopt(fd, true);
	section_leave(section, false);
	if (known)
		take_back(fd);
}

/* The message stays where it is, and its share with it. */
static void adopt_peeked(int fd)
{
	struct section *section = section_enter();

	device_set(fd, NULL);
	(void)device_adopt(fd, false);
	section_leave(section, false);
}

static void after_receive(const struct msghdr *message, int flags)
{
	int saved = errno;

	if (message->msg_controllen && config_address())
		for_each_passed(message, flags & MSG_PEEK ? adopt_peeked : adopt_shared);
	errno = saved;
}

/* The same for both widths of time_t, of which only one knows the other's names. */
#define MESSAGES(send, sendm, receive, receivem, time)                                                                 \
	INTERPOSE ssize_t send(int fd, const struct msghdr *message, int flags)                                        \
	{                                                                                                              \
		ssize_t result;                                                                                        \
                                                                                                                       \
		before_send(message);                                                                                  \
		result = real()->send(fd, message, flags);                                                             \
		if (result < 0)                                                                                        \
			not_sent(message);                                                                             \
		return result;                                                                                         \
	}                                                                                                              \
                                                                                                                       \
	INTERPOSE int sendm(int fd, struct mmsghdr *messages, unsigned n, int flags)                                   \
	{                                                                                                              \
		int sent;                                                                                              \
                                                                                                                       \
		for (unsigned i = 0; messages && i < n; i++)                                                           \
			before_send(&messages[i].msg_hdr);                                                             \
		sent = real()->sendm(fd, messages, n, flags);                                                          \
		for (unsigned i = sent < 0 ? 0 : (unsigned)sent; messages && i < n; i++)                               \
			not_sent(&messages[i].msg_hdr);                                                                \
		return sent;                                                                                           \
	}                                                                                                              \
                                                                                                                       \
	INTERPOSE ssize_t receive(int fd, struct msghdr *message, int flags)                                           \
	{                                                                                                              \
		ssize_t result = real()->receive(fd, message, flags);                                                  \
                                                                                                                       \
		if (result >= 0)                                                                                       \
			after_receive(message, flags);                                                                 \
		return result;                                                                                         \
	}                                                                                                              \
                                                                                                                       \
	INTERPOSE int receivem(int fd, struct mmsghdr *messages, unsigned n, int flags, struct time *timeout)          \
	{                                                                                                              \
		int result = real()->receivem(fd, messages, n, flags, timeout);                                        \
                                                                                                                       \
		for (int i = 0; i < result; i++)                                                                       \
			after_receive(&messages[i].msg_hdr, flags);                                                    \
		return result;                                                                                         \
	}

MESSAGES(sendmsg, sendmmsg, recvmsg, recvmmsg, timespec)
#if !defined(__LP64__) && __TIMESIZE == 32
ssize_t __sendmsg64(int fd, const struct msghdr *message, int flags);
int __sendmmsg64(int fd, struct mmsghdr *messages, unsigned n, int flags);
ssize_t __recvmsg64(int fd, struct msghdr *message, int flags);
int __recvmmsg64(int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec64 *timeout);
MESSAGES(__sendmsg64, __sendmmsg64, __recvmsg64, __recvmmsg64, timespec64)
#endif
