/* SPDX-License-Identifier: MIT */
/*
 * Two CAN controllers of the host, driven by typed functions: sends frames from one to the other and prints them.
 *
 *     can-stub unix:/run/ioferry.sock can0 can1
 */
#include "can4linux_stub.h"
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <ioferry/file.h>
#include <stdio.h>
#include <string.h>

#define FRAMES 3

static struct iof_file *open_controller(struct iof_session *session, const char *name)
{
	struct can4linux_Command_par timing = {.target = CAN4LINUX_CONF_TIMING, .val1 = 500};
	struct iof_file *file;
	int r = iof_file_open(session, name, O_RDWR, &file);

	if (r == 0)
		r = can4linux_CAN_IOCTL_CONFIG(file, &timing);
	if (r < 0)
		errx(1, "%s: %s", name, strerror(-r));
	return file;
}

static void send_frames(struct iof_file *file)
{
	for (unsigned i = 0; i < FRAMES; i++) {
		struct can4linux_canmsg_t frame = {.id = 0x100 + i, .length = 2, .data = {(uint8_t)i, 0xaa}};
		ssize_t n = iof_file_write(file, &frame, 1); /* in frames, as this driver counts */

		if (n != 1)
			errx(1, "write: %s", n < 0 ? strerror((int)-n) : "not taken");
	}
}

static void print_frames(struct iof_file *file)
{
	for (unsigned i = 0; i < FRAMES; i++) {
		struct can4linux_canmsg_t frame;
		ssize_t n = iof_file_read(file, &frame, 1);

		if (n != 1)
			errx(1, "read: %s", n < 0 ? strerror((int)-n) : "nothing");
		printf("%03lx#%02x%02x\n", frame.id, frame.data[0], frame.data[1]);
	}
}

int main(int argc, char **argv)
{
	struct iof_session_options options = {.client = "can-stub"};
	struct can4linux_CanStatusPar status;
	struct iof_file *sender, *receiver;
	struct iof_session *session;
	char reason[200];

	if (argc != 4)
		errx(2, "usage: can-stub ADDRESS SENDER RECEIVER");
	if (iof_session_create(argv[1], &options, &session, reason, sizeof reason) < 0)
		errx(1, "%s", reason);
	sender = open_controller(session, argv[2]);
	receiver = open_controller(session, argv[3]);
	send_frames(sender);
	print_frames(receiver);
	if (can4linux_CAN_IOCTL_STATUS(receiver, &status) == 0)
		printf("%s: %" PRIu32 " kbit/s, %" PRIu32 " receive errors\n", argv[3], status.baud, status.rx_errors);
	iof_file_close(receiver);
	iof_file_close(sender);
	iof_session_destroy(session);
	return 0;
}
