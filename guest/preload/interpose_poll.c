/* SPDX-License-Identifier: MIT */
/* poll(), ppoll(), select(), pselect(). */
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include "guest/preload/waiting.h"
#include <ioferry/sys.h>
#include <string.h>
#include <sys/select.h>

static bool has_device(const struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++) {
		const struct fd_entry *entry = fd_entry(fds[i].fd);

		if (__builtin_expect(entry && entry->kind != FD_EPOLL, 0))
			return true;
	}
	return false;
}

/* The C library's declarations say that fds[] is only written. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

static struct timespec timespec_ms(int ms)
{
	return (struct timespec){ms / 1000, ms % 1000 * 1000000L};
}

INTERPOSE int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec timeout = timespec_ms(timeout_ms < 0 ? 0 : timeout_ms);

	if (!fds || !has_device(fds, n))
		return real()->poll(fds, n, timeout_ms);
	return wait_poll(fds, n, timeout_ms < 0 ? NULL : &timeout, NULL);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout_ms, size_t size);
INTERPOSE int __poll_chk(struct pollfd *fds, nfds_t n, int timeout_ms, size_t size)
{
	return size / sizeof *fds < n || !fds || !has_device(fds, n) ? real()->__poll_chk(fds, n, timeout_ms, size)
								     : poll(fds, n, timeout_ms);
}

INTERPOSE int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	if (!fds || !has_device(fds, n))
		return real()->ppoll(fds, n, timeout, mask);
	return wait_poll(fds, n, timeout, mask);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t size);
INTERPOSE int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
			  size_t size)
{
	return size / sizeof *fds < n || !fds || !has_device(fds, n) ? real()->__ppoll_chk(fds, n, timeout, mask, size)
								     : wait_poll(fds, n, timeout, mask);
}

/* Compiled without _FORTIFY_SOURCE, FD_ISSET() takes numbers beyond FD_SETSIZE, as the kernel does. */
static bool in_set(int fd, const fd_set *set)
{
	return set && FD_ISSET(fd, set);
}

static bool select_has_device(int n, const fd_set *in, const fd_set *out, const fd_set *except)
{
	for (int fd = fd_entry_next(0); fd >= 0 && fd < n; fd = fd_entry_next(fd + 1)) {
		if (fd_entry(fd)->kind != FD_EPOLL && (in_set(fd, in) || in_set(fd, out) || in_set(fd, except)))
			return true;
	}
	return false;
}

static void clear(int n, fd_set *set)
{
	for (int fd = 0; set && fd < n; fd++)
		FD_CLR(fd, set);
}

static int put(int fd, fd_set *set, bool asked, bool ready)
{
	if (!asked || !ready)
		return 0;
	FD_SET(fd, set);
	return 1;
}

/* The kernel's own rules for what select() makes of poll events. */
static int spread(const struct pollfd *fds, nfds_t n, int width, fd_set *in, fd_set *out, fd_set *except)
{
	int ready = 0;

	for (nfds_t i = 0; i < n; i++) {
		if (fds[i].revents & POLLNVAL) {
			errno = EBADF;
			return -1;
		}
	}
	clear(width, in);
	clear(width, out);
	clear(width, except);
	for (nfds_t i = 0; i < n; i++) {
		short events = fds[i].events, revents = fds[i].revents;

		ready += put(fds[i].fd, in, events & POLLIN,
			     revents & (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR));
		ready += put(fds[i].fd, out, events & POLLOUT, revents & (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR));
		ready += put(fds[i].fd, except, events & POLLPRI, revents & POLLPRI);
	}
	return ready;
}

#define SELECT_MAX 4096 /* descriptors in a set that also has a device */

static int select_devices(int n, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
			  const sigset_t *mask)
{
	struct pollfd fds[SELECT_MAX];
	nfds_t count = 0;
	int ready;

	for (int fd = 0; fd < n; fd++) {
		short events = (short)((in_set(fd, in) ? POLLIN : 0) | (in_set(fd, out) ? POLLOUT : 0) |
				       (in_set(fd, except) ? POLLPRI : 0));

		if (!events)
			continue;
		if (count == SELECT_MAX) {
			errno = ENOMEM;
			return -1;
		}
		fds[count++] = (struct pollfd){.fd = fd, .events = events};
	}
	ready = wait_poll(fds, count, timeout, mask);
	return ready < 0 ? ready : spread(fds, count, n, in, out, except);
}

/* Linux leaves in the timeout what is left of it. */
static struct timespec left_of(const struct timespec *timeout, const struct timespec *begin)
{
	struct timespec now, left = *timeout;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec -= now.tv_sec - begin->tv_sec;
	left.tv_nsec -= now.tv_nsec - begin->tv_nsec;
	while (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	while (left.tv_nsec >= 1000000000) {
		left.tv_nsec -= 1000000000;
		left.tv_sec++;
	}
	return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

INTERPOSE int select(int n, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout)
{
	struct timespec begin, wait = {0, 0};
	int ready, saved;

	if (!select_has_device(n, in, out, except) || (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)))
		return real()->select(n, in, out, except, timeout);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (timeout)
		wait = (struct timespec){timeout->tv_sec + timeout->tv_usec / 1000000,
					 timeout->tv_usec % 1000000 * 1000};
	ready = select_devices(n, in, out, except, timeout ? &wait : NULL, NULL);
	saved = errno;
	if (timeout) {
		wait = left_of(&wait, &begin);
		timeout->tv_sec = wait.tv_sec;
		timeout->tv_usec = wait.tv_nsec / 1000;
	}
	errno = saved;
	return ready;
}

INTERPOSE int pselect(int n, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout,
		      const sigset_t *mask)
{
	if (!select_has_device(n, in, out, except))
		return real()->pselect(n, in, out, except, timeout, mask);
	return select_devices(n, in, out, except, timeout, mask);
}
