/* SPDX-License-Identifier: MIT */
/* A serial port without a wire, for what waits: TIOCMIWAIT restarts after a signal, read and poll wait for nothing. */
#include "tests/vm/equal/equal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void interrupted(const char *name, long value)
{
	result(name, value);
	printf(" after %d signals", alarms());
	done();
}

void equal_tty(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK), on = 1;
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};
	unsigned long changes = TIOCM_RNG | TIOCM_DSR | TIOCM_CD | TIOCM_CTS;
	int *modem = fresh(sizeof(int));

	result("open", fd >= 0 ? 0 : -1);
	done();
	call("TIOCMGET", fd, TIOCMGET, modem, sizeof(int));
	*modem = TIOCM_DTR;
	call("TIOCMBIC DTR", fd, TIOCMBIC, modem, sizeof(int));
	call("TIOCMGET", fd, TIOCMGET, fresh(sizeof(int)), sizeof(int));
	call("TIOCMBIS DTR", fd, TIOCMBIS, modem, sizeof(int));
	call("TIOCMGET of NULL", fd, TIOCMGET, NULL, 0);
	alarm_after(200, 1, 0);
	interrupted("TIOCMIWAIT, a signal", ioctl(fd, TIOCMIWAIT, changes));
	alarm_after(200, 3, SA_RESTART);
	interrupted("TIOCMIWAIT, signals that restart and one that does not", ioctl(fd, TIOCMIWAIT, changes));
	result("read, nothing there", read(fd, fresh(4), 4));
	done();
	result("poll, nothing there", poll(&poll_fd, 1, 100));
	bytes(&poll_fd.revents, sizeof(poll_fd.revents));
	done();
	poll_fd.events = POLLIN;
	alarm_after(200, 1, SA_RESTART);
	interrupted("poll, a signal", poll(&poll_fd, 1, 5000));
	ioctl(fd, FIONBIO, (on = 0, &on));
	alarm_after(200, 1, 0);
	interrupted("read that waits, a signal", read(fd, fresh(4), 4));
	result("close", close(fd));
	done();
}
