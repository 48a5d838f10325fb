/* SPDX-License-Identifier: MIT */
#include "guest/preload/pair.h"
#include "guest/preload/fdtable.h"
#include "guest/preload/real.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define LABEL_MAGIC 0x10fe7721u
#define LABEL_WORDS (4 + NAME_SIZE / 4)
#define STUFFING    2048 /* more than a quarter of the least SO_SNDBUF, with the kernel's overhead less than all of it */

/* From 7/8 of the limit on, so that a program that counts on low numbers finds them; not at the very top of a large
 * range, because the kernel's table grows with the highest number. */
static int private_base(void)
{
	struct rlimit limit;
	rlim_t top = 16384;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < top)
		top = limit.rlim_cur;
	return (int)(top / 8 * 7);
}

int private_dup(int fd)
{
	const struct fd_entry *former;
	int high = (int)iof_sys(SYS_fcntl, fd, F_DUPFD_CLOEXEC, private_base());

	if (high < 0)
		high = (int)iof_sys(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
	if (high >= 0)
		(void)fd_entry_set(high, &fd_private, &former);
	return high < 0 ? -1 : high;
}

int private_fd(int fd)
{
	int high = private_dup(fd);

	if (high < 0)
		return fd;
	iof_close(fd);
	return high;
}

void private_close(int fd)
{
	if (fd < 0)
		return;
	(void)fd_entry_clear(fd, &fd_private);
	iof_close(fd);
}

ino_t pair_inode(int fd)
{
	struct stat status;

	if (real()->fstatat(fd, "", &status, AT_EMPTY_PATH) || !S_ISSOCK(status.st_mode))
		return 0;
	return status.st_ino;
}

int pair_create(int flags, struct pair *pair)
{
	int ends[2], least = 1;
	long error = iof_sys(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);

	if (error < 0)
		return (int)error;
	*pair = (struct pair){ends[0], private_dup(ends[0]), private_fd(ends[1]), pair_inode(ends[0])};
	if (pair->self < 0) {
		private_close(pair->peer);
		iof_close(pair->application);
		return -EMFILE;
	}
	iof_sys(SYS_setsockopt, ends[0], SOL_SOCKET, SO_SNDBUF, &least, (socklen_t)sizeof least);
	if (flags & O_NONBLOCK)
		iof_sys(SYS_fcntl, ends[0], F_SETFL, O_NONBLOCK);
	if (!(flags & O_CLOEXEC))
		iof_sys(SYS_fcntl, ends[0], F_SETFD, 0);
	return 0;
}

static uint32_t *words_of(struct pair_label *label, uint32_t words[LABEL_WORDS])
{
	words[0] = LABEL_MAGIC;
	words[1] = (uint32_t)label->token;
	words[2] = (uint32_t)(label->token >> 32);
	words[3] = label->flags;
	memcpy(&words[4], label->name, sizeof label->name);
	return words;
}

void pair_label_set(int fd, const struct pair_label *label)
{
	struct sock_filter filter[LABEL_WORDS + 1];
	struct sock_fprog program = {LABEL_WORDS + 1, filter};
	struct pair_label copy = *label;
	uint32_t words[LABEL_WORDS];

	words_of(&copy, words);
	for (unsigned i = 0; i < LABEL_WORDS; i++)
		filter[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, words[i]);
	filter[LABEL_WORDS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	iof_sys(SYS_setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, (socklen_t)sizeof program);
}

bool pair_label_get(int fd, struct pair_label *label)
{
	struct sock_filter filter[LABEL_WORDS + 1];
	uint32_t words[LABEL_WORDS];
	socklen_t length = LABEL_WORDS + 1; /* counted in instructions */

	if (iof_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_GET_FILTER, filter, &length) < 0 || length != LABEL_WORDS + 1)
		return false;
	for (unsigned i = 0; i < LABEL_WORDS; i++)
		words[i] = filter[i].k;
	if (words[0] != LABEL_MAGIC)
		return false;
	label->token = words[1] | (uint64_t)words[2] << 32;
	label->flags = words[3];
	memcpy(label->name, &words[4], sizeof label->name);
	label->name[NAME_SIZE - 1] = 0;
	return true;
}

static void drain(int fd)
{
	char bytes[STUFFING];

	while (iof_sys(SYS_recvfrom, fd, bytes, sizeof bytes, MSG_DONTWAIT, NULL, NULL) > 0)
		;
}

void pair_show_in(int self, int peer, bool on)
{
	bool shown = (iof_poll(self, POLLIN, 0) & POLLIN) != 0;

	if (on && !shown)
		iof_sys(SYS_sendto, peer, "", (size_t)1, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	else if (!on && shown)
		drain(self);
}

void pair_show_out(int self, int peer, bool on)
{
	bool shown = (iof_poll(self, POLLOUT, 0) & POLLOUT) != 0;
	static const char stuffing[STUFFING];

	if (on && !shown)
		drain(peer);
	else if (!on && shown)
		iof_sys(SYS_sendto, self, stuffing, sizeof stuffing, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

void pair_hang_up(int self, int peer, bool for_all)
{
	/* Closed with bytes unread, a socket's other end shows POLLERR besides POLLHUP. */
	if (self >= 0)
		iof_sys(SYS_sendto, self, "", (size_t)1, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	if (for_all)
		iof_sys(SYS_shutdown, peer, SHUT_RDWR);
	private_close(peer);
}
