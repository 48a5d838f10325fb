/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux-dump.c
 * Prints what a can4linux node receives as a candump log.
 *
 *     can4linux-dump NODE [-n N] [-t SECONDS]
 *
 * Ends after N frames, or when none came for SECONDS. Messages that tell of errors go to stderr and do not count.
 */
#include "candump.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 64 };

static int print_messages(const char *interface, const canmsg_t *messages, long count)
{
	int frames = 0;

	for (long i = 0; i < count; i++) {
		if (messages[i].id == CANDRIVERERROR) {
			fprintf(stderr, "can4linux-dump: error message, flags 0x%02x\n", messages[i].flags);
			continue;
		}
		if (messages[i].flags & MSG_BOVR)
			fprintf(stderr, "can4linux-dump: messages were lost here\n");
		candump_print(interface, &messages[i]);
		frames++;
	}
	fflush(stdout);
	return frames;
}

static void usage(void)
{
	fprintf(stderr, "usage: can4linux-dump NODE [-n N] [-t SECONDS]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long wanted = 0, got = 0;
	int patience_ms = -1, option, fd;
	const char *interface;

	while ((option = getopt(argc, argv, "n:t:")) != -1) {
		if (option == 'n')
			wanted = strtoul(optarg, NULL, 0);
		else if (option == 't')
			patience_ms = (int)(strtod(optarg, NULL) * 1000);
		else
			usage();
	}
	if (argc - optind != 1)
		usage();
	interface = strrchr(argv[optind], '/') ? strrchr(argv[optind], '/') + 1 : argv[optind];
	fd = open(argv[optind], O_RDWR | O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "can4linux-dump: %s: %s\n", argv[optind], strerror(errno));
		return 1;
	}
	fprintf(stderr, "can4linux-dump: listening on %s\n", argv[optind]);
	while (wanted == 0 || got < wanted) {
		struct pollfd poller = {.fd = fd, .events = POLLIN};
		int ready = poll(&poller, 1, patience_ms);
		canmsg_t messages[BATCH];
		size_t count = wanted && wanted - got < BATCH ? wanted - got : BATCH;
		ssize_t result;

		if (ready <= 0 || poller.revents & (POLLERR | POLLHUP)) {
			fprintf(stderr, "can4linux-dump: %s\n", ready == 0 ? "no more frames" : "the node is gone");
			return 1;
		}
		result = read(fd, messages, count); /* messages, not bytes */
		if (result < 0) {
			fprintf(stderr, "can4linux-dump: read: %s\n", strerror(errno));
			return 1;
		}
		got += (unsigned long)print_messages(interface, messages, result);
	}
	close(fd);
	return 0;
}
