/* SPDX-License-Identifier: MIT */
/* Signals, cancellation, and jumps out of handlers. */
#include "app.h"
#include <poll.h>
#include <setjmp.h>
#include <time.h>

static volatile sig_atomic_t handled;

static void count(int number)
{
	(void)number;
	handled++;
}

struct work {
	int fd;
	pthread_t thread;
};

/* Signals and then kicks the waiting call. */
static void *signal_and_kick(void *context)
{
	struct work *work = context;

	await(work->fd, PROBE_WAITING, 1);
	CHECK(!pthread_kill(work->thread, SIGUSR1));
	while (!handled)
		usleep(1000);
	usleep(50000);
	await(work->fd, PROBE_WAITING, 1); /* natively again, here still */
	CHECK(ioctl(work->fd, PROBE_KICK) == 1);
	return NULL;
}

void test_signals(void)
{
	int fd = open_node(NODE, O_RDWR);
	struct probe_record record;
	struct pollfd entry = {fd, POLLIN, 0};
	pthread_t thread;
	struct work work = {fd, pthread_self()};

	/* Without SA_RESTART both commands end. */
	on_signal(0, count);
	thread = signal_when_waiting(fd);
	FAILS(ioctl(fd, PROBE_WAIT), EINTR);
	CHECK(handled == 1 && !pthread_join(thread, NULL));
	thread = signal_when_waiting(fd);
	FAILS(ioctl(fd, PROBE_WAIT_EINTR), EINTR);
	CHECK(handled == 2 && !pthread_join(thread, NULL));
	thread = signal_when_waiting(fd);
	FAILS(read(fd, &record, 1), EINTR);
	CHECK(handled == 3 && !pthread_join(thread, NULL));
	CHECK(ioctl(fd, PROBE_WAITING) == 0 && ioctl(fd, PROBE_CANCELS) == 3);

	/* With it, the one whose driver restarts goes on. */
	on_signal(SA_RESTART, count);
	thread = signal_when_waiting(fd);
	FAILS(ioctl(fd, PROBE_WAIT_EINTR), EINTR);
	CHECK(handled == 4 && !pthread_join(thread, NULL));
	handled = 0;
	CHECK(!pthread_create(&thread, NULL, signal_and_kick, &work));
	CHECK(ioctl(fd, PROBE_WAIT) == 9);
	CHECK(handled == 1 && !pthread_join(thread, NULL));
	CHECK(ioctl(fd, PROBE_CANCELS) == 4);

	/* poll() is never restarted. */
	handled = 0;
	alarm(0);
	{
		struct sigaction action = {.sa_flags = SA_RESTART};
		struct itimerspec after = {.it_value = {0, 50000000}};
		struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
		timer_t timer;

		action.sa_handler = count;
		CHECK(!sigaction(SIGUSR1, &action, NULL));
		CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &after, NULL));
		FAILS(poll(&entry, 1, -1), EINTR);
		CHECK(handled == 1);
		/* A command that cannot wait is not interrupted. */
		handled = 0;
		CHECK(!timer_settime(timer, 0, &after, NULL));
		CHECK(ioctl(fd, PROBE_SLOW, 200) == 12);
		CHECK(handled == 1);
		/* A blocked signal stays pending. */
		{
			sigset_t set;

			sigemptyset(&set);
			sigaddset(&set, SIGUSR1);
			CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
			handled = 0;
			CHECK(!raise(SIGUSR1));
			CHECK(ioctl(fd, PROBE_OPENS) == 1 && !handled);
			thread = kick_when(fd, 1);
			CHECK(ioctl(fd, PROBE_WAIT) == 9 && !handled);
			CHECK(!pthread_join(thread, NULL));
			CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL) && handled == 1);
		}
	}
}

static int handler_fd;
static volatile sig_atomic_t handler_result;

/* A handler that makes calls of its own on the device, one of which ends the interrupted one. */
static void calls_in_handler(int number)
{
	int saved = errno;
	struct probe_pair pair = {.a = 1};
	struct probe_record record = {3, 0};

	(void)number;
	CHECK(ioctl(handler_fd, PROBE_ADD, &pair) == 5 && pair.b == 2);
	CHECK(write(handler_fd, &record, 1) == 1);
	handler_result = ioctl(handler_fd, PROBE_OPENS);
	handled++;
	errno = saved;
}

static void kick_in_handler(int number)
{
	(void)number;
	CHECK(ioctl(handler_fd, PROBE_KICK) == 1);
	/* By now the outer call's reply has surely been read by this inner one. */
	CHECK(ioctl(handler_fd, PROBE_SLOW, 100) == 12);
	handled++;
}

static void *interrupt_often(void *context)
{
	pthread_t thread = *(pthread_t *)context;

	for (int i = 0; i < 200; i++) {
		CHECK(!pthread_kill(thread, SIGUSR1));
		usleep(500);
	}
	return NULL;
}

void test_handler(void)
{
	int fd = open_node(NODE, O_RDWR);
	struct probe_record record;
	pthread_t self = pthread_self(), thread;
	struct work work;

	handler_fd = open_node(OTHER, O_RDWR);
	on_signal(SA_RESTART, calls_in_handler);
	work = (struct work){fd, self};
	CHECK(!pthread_create(&thread, NULL, signal_and_kick, &work));
	CHECK(ioctl(fd, PROBE_WAIT) == 9);
	CHECK(!pthread_join(thread, NULL));
	CHECK(handled >= 1 && handler_result == 1);

	/* The inner call reads the reply of the outer one. */
	handler_fd = fd;
	handled = 0;
	on_signal(SA_RESTART, kick_in_handler);
	thread = signal_when_waiting(fd);
	CHECK(ioctl(fd, PROBE_WAIT) == 9);
	CHECK(handled == 1 && !pthread_join(thread, NULL));

	/* Handlers at any moment of many calls. */
	handler_fd = open_node(OTHER, O_RDWR | O_NONBLOCK);
	handled = 0;
	on_signal(SA_RESTART, calls_in_handler);
	while (read(handler_fd, &record, 1) == 1)
		;
	CHECK(!pthread_create(&thread, NULL, interrupt_often, &self));
	for (uint32_t i = 0; handled < 50; i++) {
		struct probe_pair pair = {.a = i};

		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == i + 1);
		while (read(handler_fd, &record, 1) == 1)
			;
	}
	signal(SIGUSR1, SIG_IGN);
	CHECK(!pthread_join(thread, NULL));
}

static sigjmp_buf back;

static void jump(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

/* The classic timeout around a read. */
void test_longjmp(void)
{
	int fd = open_node(NODE, O_RDWR);
	struct probe_record record = {8, 0};
	static char stack[65536];
	pthread_t thread;

	CHECK(!sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL));
	for (volatile int i = 0; i < 3; i++) {
		struct probe_pair pair = {.a = 1};

		on_signal(i == 1 ? SA_RESTART | SA_ONSTACK : SA_RESTART, jump);
		thread = signal_when_waiting(fd);
		if (!sigsetjmp(back, 1)) {
			CHECK(read(fd, &record, 1) == 1);
			NOT_REACHED();
		}
		CHECK(!pthread_join(thread, NULL));
		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5);
		await(fd, PROBE_WAITING, 0);
	}
	/* The abandoned reads take nothing from those that come later. */
	CHECK(ioctl(fd, PROBE_CANCELS) == 3);
	record.value = 9;
	CHECK(write(fd, &record, 1) == 1 && read(fd, &record, 1) == 1 && record.value == 9);
	close(fd);
	fd = open_node(NODE, O_RDWR);
	await(fd, PROBE_OPENS, 1);
}

struct cancelled {
	int fd;
	bool clean;
	void (*wait)(int fd);
};

static void clean_up(void *context)
{
	((struct cancelled *)context)->clean = true;
}

static void wait_read(int fd)
{
	struct probe_record record;

	CHECK(read(fd, &record, 1) == 1);
}

static void wait_poll(int fd)
{
	struct pollfd entry = {fd, POLLIN, 0};

	(void)poll(&entry, 1, -1);
}

static void wait_ioctl(int fd)
{
	CHECK(ioctl(fd, PROBE_WAIT) == 9);
	pthread_testcancel();
}

static void *be_cancelled(void *context)
{
	struct cancelled *cancelled = context;

	pthread_cleanup_push(clean_up, cancelled);
	cancelled->wait(cancelled->fd);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel_in(int fd, void (*wait)(int fd), int waiting, bool kick)
{
	struct cancelled cancelled = {fd, false, wait};
	pthread_t thread;
	void *result;

	CHECK(!pthread_create(&thread, NULL, be_cancelled, &cancelled));
	await(fd, PROBE_WAITING, waiting);
	usleep(50000);
	CHECK(!pthread_cancel(thread));
	if (kick) {
		/* ioctl() is no cancellation point. */
		usleep(50000);
		CHECK(ioctl(fd, PROBE_KICK) == 1);
	}
	CHECK(!pthread_join(thread, &result) && result == PTHREAD_CANCELED && cancelled.clean);
	await(fd, PROBE_WAITING, 0);
}

static void *cancel_early(void *context)
{
	struct probe_record record;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	usleep(100000); /* the cancel comes now */
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	CHECK(read(*(int *)context, &record, 1) == 1);
	return NULL;
}

void test_cancel(void)
{
	int fd = open_node(NODE, O_RDWR);
	struct probe_pair pair = {.a = 1};
	pthread_t thread;
	void *result;

	cancel_in(fd, wait_read, 1, false);
	CHECK(ioctl(fd, PROBE_CANCELS) == 1);
	cancel_in(fd, wait_poll, 0, false);
	cancel_in(fd, wait_ioctl, 1, true);
	CHECK(ioctl(fd, PROBE_CANCELS) == 1);
	CHECK(!pthread_create(&thread, NULL, cancel_early, &fd));
	CHECK(!pthread_cancel(thread) && !pthread_join(thread, &result) && result == PTHREAD_CANCELED);
	/* No lock was left held and no reader's role taken. */
	CHECK(ioctl(fd, PROBE_ADD, &pair) == 5);
	close(fd);
	fd = open_node(NODE, O_RDWR);
	await(fd, PROBE_OPENS, 1);
}
