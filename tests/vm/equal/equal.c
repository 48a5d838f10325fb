/* SPDX-License-Identifier: MIT */
/* usage: vm-equal i2c|watchdog|tty NODE */
#include "tests/vm/equal/equal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#define SHOWN 64

static volatile sig_atomic_t alarms_seen;
static volatile sig_atomic_t alarms_left;

void result(const char *name, long value)
{
	int error = errno;

	printf("%s: %ld", name, value);
	if (value < 0)
		printf(" %s", strerrorname_np(error));
}

void bytes(const void *data, size_t length)
{
	const uint8_t *byte = data;

	uint32_t sum = 2166136261;

	printf(" [");
	for (size_t i = 0; i < length; i++) {
		if (i < SHOWN)
			printf("%02x", byte[i]);
		sum = (sum ^ byte[i]) * 16777619; /* FNV-1a: what is too long to print is compared as well */
	}
	if (length > SHOWN)
		printf("... %zu bytes, sum %08x", length, sum);
	printf("]");
}

void done(void)
{
	printf("\n");
	fflush(stdout);
}

long call(const char *name, int fd, unsigned long number, void *argument, size_t length)
{
	long value = ioctl(fd, number, argument);

	result(name, value);
	if (length > 0)
		bytes(argument, length);
	done();
	return value;
}

long call_value(const char *name, int fd, unsigned long number, unsigned long value)
{
	long returned = ioctl(fd, number, value);

	result(name, returned);
	done();
	return returned;
}

void *bad_pointer(void)
{
	return (void *)8;
}

static void *pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t length = (size + page - 1) / page * page;
	uint8_t *place = mmap(NULL, length + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (place == MAP_FAILED || mprotect(place, length, PROT_READ | PROT_WRITE)) {
		perror("mmap");
		exit(2);
	}
	/* 8-aligned, and followed by less than 8 bytes and a page that faults */
	return place + length - (size + 7) / 8 * 8;
}

void *fresh(size_t size)
{
	return memset(pages(size), UNTOUCHED, size);
}

void *read_only(const void *data, size_t size)
{
	uint8_t *place = memcpy(pages(size), data, size);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (mprotect((void *)((uintptr_t)place / page * page), page, PROT_READ)) {
		perror("mprotect");
		exit(2);
	}
	return place;
}

static void on_alarm(int signal)
{
	(void)signal;
	alarms_seen++;
	/* The last one interrupts: a call that restarts forever could not be told from one that hangs. */
	if (--alarms_left == 1) {
		struct sigaction action = {.sa_handler = on_alarm};

		sigaction(SIGALRM, &action, NULL);
	}
	if (alarms_left == 0) {
		struct itimerval off = {0};

		setitimer(ITIMER_REAL, &off, NULL);
	}
}

void alarm_after(int ms, int times, int sa_flags)
{
	struct itimerval timer = {{ms / 1000, ms % 1000 * 1000L}, {ms / 1000, ms % 1000 * 1000L}};
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = sa_flags};

	alarms_seen = 0;
	alarms_left = times;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

int alarms(void)
{
	return alarms_seen;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *path);
	} scripts[] = {{"i2c", equal_i2c}, {"watchdog", equal_watchdog}, {"tty", equal_tty}};

	for (size_t i = 0; argc == 3 && i < sizeof(scripts) / sizeof(*scripts); i++) {
		if (!strcmp(argv[1], scripts[i].name)) {
			scripts[i].run(argv[2]);
			return 0;
		}
	}
	fprintf(stderr, "usage: %s i2c|watchdog|tty NODE\n", argv[0]);
	return 2;
}
