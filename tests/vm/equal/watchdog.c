/* SPDX-License-Identifier: MIT */
#include "tests/vm/equal/equal.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void get(const char *name, int fd, unsigned long number)
{
	call(name, fd, number, fresh(sizeof(int)), sizeof(int));
}

static void set(const char *name, int fd, unsigned long number, int value)
{
	call(name, fd, number, memcpy(fresh(sizeof(value)), &value, sizeof(value)), sizeof(value));
}

void equal_watchdog(const char *path)
{
	int fd = open(path, O_RDWR), value = 33;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};

	result("open", fd >= 0 ? 0 : -1);
	done();
	result("second open", open(path, O_RDWR));
	done();
	call("WDIOC_GETSUPPORT", fd, WDIOC_GETSUPPORT, fresh(sizeof(struct watchdog_info)),
	     sizeof(struct watchdog_info));
	call("WDIOC_GETSUPPORT of NULL", fd, WDIOC_GETSUPPORT, NULL, 0);
	get("WDIOC_GETSTATUS", fd, WDIOC_GETSTATUS);
	get("WDIOC_GETBOOTSTATUS", fd, WDIOC_GETBOOTSTATUS);
	get("WDIOC_GETTEMP", fd, WDIOC_GETTEMP);
	set("WDIOC_SETTIMEOUT 45", fd, WDIOC_SETTIMEOUT, 45);
	get("WDIOC_GETTIMEOUT", fd, WDIOC_GETTIMEOUT);
	set("WDIOC_SETTIMEOUT 0", fd, WDIOC_SETTIMEOUT, 0);
	set("WDIOC_SETTIMEOUT -1", fd, WDIOC_SETTIMEOUT, -1);
	call("WDIOC_SETTIMEOUT in read-only memory", fd, WDIOC_SETTIMEOUT, read_only(&value, sizeof(value)),
	     sizeof(value));
	get("WDIOC_GETTIMEOUT", fd, WDIOC_GETTIMEOUT);
	call("WDIOC_SETTIMEOUT of a bad pointer", fd, WDIOC_SETTIMEOUT, bad_pointer(), 0);
	set("WDIOC_SETPRETIMEOUT 5", fd, WDIOC_SETPRETIMEOUT, 5);
	set("WDIOC_SETPRETIMEOUT 1000000", fd, WDIOC_SETPRETIMEOUT, 1000000);
	get("WDIOC_GETPRETIMEOUT", fd, WDIOC_GETPRETIMEOUT);
	get("WDIOC_GETTIMELEFT", fd, WDIOC_GETTIMELEFT);
	set("WDIOC_SETOPTIONS disable", fd, WDIOC_SETOPTIONS, WDIOS_DISABLECARD);
	set("WDIOC_SETOPTIONS enable", fd, WDIOC_SETOPTIONS, WDIOS_ENABLECARD);
	set("WDIOC_SETOPTIONS 0", fd, WDIOC_SETOPTIONS, 0);
	call("WDIOC_KEEPALIVE", fd, WDIOC_KEEPALIVE, NULL, 0);
	call("undeclared command", fd, _IOR('W', 99, int), NULL, 0);
	result("read", read(fd, fresh(4), 4));
	done();
	result("write", write(fd, "ping", 4));
	done();
	result("write of a bad pointer", write(fd, bad_pointer(), 4));
	done();
	result("poll", poll(&poll_fd, 1, 0));
	bytes(&poll_fd.revents, sizeof(poll_fd.revents));
	done();
	result("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	done();
	set("WDIOC_SETPRETIMEOUT 0", fd, WDIOC_SETPRETIMEOUT, 0);
	set("WDIOC_SETTIMEOUT 60", fd, WDIOC_SETTIMEOUT, 60);
	result("write of the magic character", write(fd, "V", 1));
	done();
	result("close", close(fd));
	done();
}
