/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux-send.c
 * Sends frames through a can4linux node: numbered ones, or those of a candump log on stdin.
 *
 *     can4linux-send NODE -n N [--gap US] [--log]
 *     can4linux-send NODE --stdin [--gap US] [--log]
 *
 * --log prints what was sent as a candump log.
 */
#include "candump.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

struct sender {
	int fd;
	const char *interface;
	unsigned long gap_us;
	int log;
};

static void send_frame(const struct sender *sender, canmsg_t *frame)
{
	ssize_t result = write(sender->fd, frame, 1); /* one message */

	if (result != 1) {
		fprintf(stderr, "can4linux-send: write: %s\n", result < 0 ? strerror(errno) : "nothing written");
		exit(1);
	}
	if (sender->log) {
		gettimeofday(&frame->timestamp, NULL);
		candump_print(sender->interface, frame);
	}
	if (sender->gap_us)
		usleep((useconds_t)sender->gap_us);
}

/* Base and extended identifiers in turns; the number in the first four bytes, all lengths from four on. */
static void send_numbered(const struct sender *sender, unsigned long count)
{
	for (unsigned long n = 0; n < count; n++) {
		canmsg_t frame = {.id = 0x100 + n % 0x100, .length = (short)(4 + n % 5)};

		if (n % 2) {
			frame.flags = MSG_EXT;
			frame.id = 0x10000000 + n;
		}
		for (unsigned i = 0; i < 8; i++)
			frame.data[i] = (unsigned char)(i < 4 ? n >> (8 * i) : n * 13 + i);
		send_frame(sender, &frame);
	}
}

static void send_log(const struct sender *sender)
{
	unsigned number = 0;
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		canmsg_t frame;

		number++;
		if (candump_parse(line, &frame)) {
			fprintf(stderr, "can4linux-send: line %u is no frame of a candump log\n", number);
			exit(1);
		}
		send_frame(sender, &frame);
	}
}

static void usage(void)
{
	fprintf(stderr, "usage: can4linux-send NODE -n N|--stdin [--gap US] [--log]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"gap", required_argument, NULL, 'g'},
						{"log", no_argument, NULL, 'l'},
						{"stdin", no_argument, NULL, 's'},
						{0}};
	struct sender sender = {0};
	unsigned long count = 0;
	int from_stdin = 0, option;

	while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
		switch (option) {
		case 'n': count = strtoul(optarg, NULL, 0); break;
		case 'g': sender.gap_us = strtoul(optarg, NULL, 0); break;
		case 'l': sender.log = 1; break;
		case 's': from_stdin = 1; break;
		default: usage();
		}
	}
	if (argc - optind != 1 || !(count || from_stdin))
		usage();
	sender.interface = strrchr(argv[optind], '/') ? strrchr(argv[optind], '/') + 1 : argv[optind];
	sender.fd = open(argv[optind], O_RDWR);
	if (sender.fd < 0) {
		fprintf(stderr, "can4linux-send: %s: %s\n", argv[optind], strerror(errno));
		return 1;
	}
	if (from_stdin)
		send_log(&sender);
	else
		send_numbered(&sender, count);
	close(sender.fd);
	return 0;
}
