/* SPDX-License-Identifier: MIT */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory that calls may change is in the middle of this. */
struct arena {
	uint8_t before[64];
	uint32_t values[64];
	struct td_message messages[64];
	struct td_flat flat;
	uint8_t after[64];
};

static long one_call(int fd, struct arena *arena)
{
	struct td_deep deep = {arena->messages, arena->values, sizeof(arena->messages), sizeof(arena->values)};
	struct td_item item = {64, 0, arena->messages};
	struct td_items items = {1, 0, &item};
	struct td_list list = {64, 0, arena->values};
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};

	switch (random() % 9) {
	case 0: return ioctl(fd, TD_FLAT, &arena->flat);
	case 1: return ioctl(fd, TD_DEEP, &deep);
	case 2: return ioctl(fd, TD_ITEMS, &items);
	case 3: return ioctl(fd, TD_LIST, &list);
	case 4: return ioctl(fd, TD_RESULT, random());
	case 5: return ioctl(fd, TD_NONBLOCK, 0);
	case 6: return read(fd, arena->messages, 64);
	case 7: return write(fd, arena->messages, 8);
	default: return poll(&poll_fd, 1, 0) < 0 ? -1 : 0;
	}
}

/* Whatever the host answers: calls end, memory beside the buffers stays, and errnos are ones that there are. */
void test_noise(struct app *app)
{
	struct arena arena = {0}, *copy = &arena;
	bool clean = true, known = true;
	unsigned opened = 0;
	int fd = app->fd;

	srandom(1);
	memset(arena.before, 0x11, sizeof(arena.before));
	memset(arena.after, 0x22, sizeof(arena.after));
	for (int i = 0; i < 600; i++) {
		if (i % 20 == 0) {
			close(fd);
			fd = open(NODE, O_RDWR | O_NONBLOCK);
			opened += fd >= 0;
		}
		if (one_call(fd, copy) == -1)
			known &= errno > 0 && (errno < 512 || errno > 530);
	}
	for (unsigned i = 0; i < 64; i++)
		clean &= arena.before[i] == 0x11 && arena.after[i] == 0x22;
	close(fd);
	check(app, opened > 0, "some opens succeed");
	check(app, clean, "no memory beside the buffers changes");
	check(app, known, "no errno of the kernel's own comes out");
}
