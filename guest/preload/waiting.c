/* SPDX-License-Identifier: MIT */
#include "guest/preload/waiting.h"
#include "guest/preload/device.h"
#include "guest/preload/link.h"
#include "guest/preload/readiness.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <ioferry/sys.h>
#include <string.h>
#include <sys/mman.h>

#define ON_STACK     64 /* descriptors for which no memory is mapped */
#define REOPENED_MAX 16 /* then no call object is free, and asking again would only burn time */

struct wait {
	struct section *section;
	struct pollfd *fds; /* the application's */
	nfds_t n;
	struct pollfd *kernel;     /* n + 1: what the kernel watches, the link last */
	struct readiness *devices; /* n: without a file where fds[i] is foreign */
	struct link *link;
	unsigned reopened; /* how often, since the last sleep, another thread's question has undone this one's */
	void *mapping;     /* NULL: none */
	size_t size;
};

static void take_devices(struct wait *wait)
{
	for (nfds_t i = 0; i < wait->n; i++) {
		struct shim_file *file = wait->fds[i].fd >= 0 ? file_get(wait->fds[i].fd) : NULL;

		wait->devices[i] = (struct readiness){.file = file, .events = (unsigned short)wait->fds[i].events};
		if (file && !file->dead && !wait->link)
			wait->link = link_hold(file->link);
	}
}

static void put_devices(struct wait *wait)
{
	for (nfds_t i = 0; i < wait->n; i++) {
		if (wait->devices[i].file)
			file_put(wait->devices[i].file);
		wait->devices[i].file = NULL;
	}
}

/* Fills in the devices' revents. How many are ready. */
static int tell(struct wait *wait)
{
	int ready = 0;

	for (nfds_t i = 0; i < wait->n; i++) {
		struct pollfd *fd = &wait->fds[i];

		if (!wait->devices[i].file && device_visible(fd->fd))
			continue;
		if (wait->devices[i].file)
			fd->revents = (short)readiness_told(wait->devices[i].file, (unsigned short)fd->events);
		else
			fd->revents = POLLNVAL;
		ready += fd->revents != 0;
	}
	return ready;
}

/* What the kernel is to watch: foreign descriptors, and for a sleep the devices' sockets and the link too. */
static void prepare(struct wait *wait, bool sleep)
{
	for (nfds_t i = 0; i < wait->n; i++) {
		struct shim_file *file = wait->devices[i].file;

		wait->kernel[i] = wait->fds[i];
		wait->kernel[i].revents = 0;
		if (!device_visible(wait->fds[i].fd) || (file && !sleep))
			wait->kernel[i].fd = -1;
		else if (file)
			readiness_show(file, (unsigned short)wait->fds[i].events);
	}
	wait->kernel[wait->n] =
		(struct pollfd){.fd = sleep && wait->link ? wait->link->descriptor : -1, .events = POLLIN};
}

/* After the kernel's answer: foreign revents. */
static int merge_foreign(struct wait *wait)
{
	int ready = 0;

	for (nfds_t i = 0; i < wait->n; i++) {
		if (file_of(fd_entry(wait->fds[i].fd)) || !device_visible(wait->fds[i].fd))
			continue;
		wait->fds[i].revents = wait->kernel[i].revents;
		ready += wait->kernel[i].revents != 0;
	}
	return ready;
}

/* Whether the kernel has to be asked at all. */
static bool is_idle(const struct wait *wait)
{
	for (nfds_t i = 0; i <= wait->n; i++) {
		if (wait->kernel[i].fd >= 0)
			return false;
	}
	return true;
}

static void sleeper(struct wait *wait, int by)
{
	for (nfds_t i = 0; i < wait->n; i++) {
		if (wait->devices[i].file)
			readiness_sleeper(wait->devices[i].file, by);
	}
}

/* A jump out of a handler is about to leave the frame. */
static void on_jump(void *context)
{
	struct wait *wait = context;

	sleeper(wait, -1);
	put_devices(wait);
	link_put(wait->link);
	if (wait->mapping)
		munmap(wait->mapping, wait->size);
}

static void on_cancelled(void *context)
{
	struct wait *wait = context;
	struct section *section = wait->section;

	on_jump(wait);
	section_leave(section, false);
}

/* The application's signals get in through the system call's own mask, its cancellation through the C library. */
static int ask_kernel(struct wait *wait, const struct timespec *timeout, const sigset_t *mask)
{
	sigset_t own;
	int ready;

	wait->section->jumped = on_jump;
	wait->section->context = wait;
	sigemptyset(&own);
	memcpy(&own, &wait->section->mask, sizeof wait->section->mask);
	pthread_cleanup_push(on_cancelled, wait);
	pthread_setcancelstate(wait->section->cancel_state, NULL);
	ready = real()->ppoll(wait->kernel, wait->n + 1, timeout, mask ? mask : &own);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_pop(0);
	if (ready < 0)
		ready = -errno;
	wait->section->jumped = NULL;
	return ready;
}

/* Looks, with a @timeout of 0, or sleeps. 1 without a sleep: the devices have to be asked again. */
static int look_or_sleep(struct wait *wait, bool sleep, const struct timespec *timeout, const sigset_t *mask)
{
	int ready = 1;

	sleeper(wait, 1);
	if (!sleep || !readiness_is_open(wait->devices, (unsigned)wait->n) || wait->reopened++ >= REOPENED_MAX) {
		ready = ask_kernel(wait, timeout, mask);
		wait->reopened = 0;
	}
	sleeper(wait, -1);
	return ready;
}

static struct timespec deadline_of(const struct timespec *timeout)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += timeout->tv_sec;
	now.tv_nsec += timeout->tv_nsec;
	if (now.tv_nsec >= 1000000000) {
		now.tv_nsec -= 1000000000;
		now.tv_sec++;
	}
	return now;
}

static struct timespec left_until(const struct timespec *deadline)
{
	struct timespec now, left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (struct timespec){deadline->tv_sec - now.tv_sec, deadline->tv_nsec - now.tv_nsec};
	if (left.tv_nsec < 0) {
		left.tv_nsec += 1000000000;
		left.tv_sec--;
	}
	return left.tv_sec < 0 ? (struct timespec){0, 0} : left;
}

/* Another thread may be the one that reads, but a handler has interrupted it: do not spin meanwhile. */
static void read_link(struct wait *wait)
{
	(void)iof_session_process(wait->link->session);
	if (!wait->link->lost && iof_poll(wait->link->descriptor, POLLIN, 0) > 0)
		(void)iof_poll(-1, 0, 1);
}

static int wait_in_section(struct wait *wait, const struct timespec *timeout, const sigset_t *mask)
{
	bool now = timeout && !timeout->tv_sec && !timeout->tv_nsec;
	struct timespec deadline = {0, 0}, left = {0, 0};
	int ready, polled;

	if (timeout && !now)
		deadline = deadline_of(timeout);
	take_devices(wait);
	readiness_ask(wait->section, wait->devices, (unsigned)wait->n, now ? READINESS_NOW : READINESS_WAIT);
	for (;;) {
		ready = tell(wait);
		if (timeout && !now)
			left = left_until(&deadline);
		prepare(wait, !ready && !now);
		if ((ready || now) && is_idle(wait))
			break;
		if (ready)
			left = (struct timespec){0, 0};
		polled = look_or_sleep(wait, !ready && !now, timeout || ready ? &left : NULL, mask);
		if (polled < 0)
			return polled == -EINTR && ready ? ready : polled;
		ready += merge_foreign(wait);
		if (ready || now)
			break;
		if (wait->kernel[wait->n].revents)
			read_link(wait);
		ready = tell(wait);
		if (ready || !polled)
			break;
		readiness_ask(wait->section, wait->devices, (unsigned)wait->n, READINESS_WAIT);
	}
	return ready;
}

int wait_poll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct readiness devices[ON_STACK];
	struct pollfd kernel[ON_STACK + 1];
	struct wait wait = {.fds = fds, .n = n, .kernel = kernel, .devices = devices};
	int result;

	if (n > ON_STACK) {
		wait.size = n * sizeof *devices + (n + 1) * sizeof *kernel;
		wait.mapping = mmap(NULL, wait.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (wait.mapping == MAP_FAILED)
			return (int)shim_result(-ENOMEM);
		wait.devices = wait.mapping;
		wait.kernel = (struct pollfd *)(wait.devices + n);
	}
	wait.section = section_enter_cancellable();
	result = wait_in_section(&wait, timeout, mask);
	put_devices(&wait);
	link_put(wait.link);
	section_leave(wait.section, result == -EINTR);
	if (wait.mapping)
		munmap(wait.mapping, wait.size);
	return (int)shim_result(result);
}
