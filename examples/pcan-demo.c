/* SPDX-License-Identifier: MIT */
/**
 * @file pcan-demo.c
 * An ordinary application of PEAK's classic ioctl API: frames from one channel to another, status, diagnosis.
 *
 *     pcan-demo [--frames N] [/dev/pcan0 /dev/pcan1]
 */
#include "measure.h"
#include "pcan.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum call { INIT, WRITE_MSG, READ_MSG, GET_STATUS, DIAG, BTR0BTR1, CALLS };

static struct measure calls[CALLS] = {
	{.name = "PCAN_INIT"},       {.name = "PCAN_WRITE_MSG"}, {.name = "PCAN_READ_MSG (waits)"},
	{.name = "PCAN_GET_STATUS"}, {.name = "PCAN_DIAG"},      {.name = "PCAN_BTR0BTR1"},
};

static void do_ioctl(enum call call, int fd, unsigned long number, void *argument)
{
	double began = measure_now();
	int result = ioctl(fd, number, argument);

	measure_add(&calls[call], began, result);
	if (result < 0) {
		fprintf(stderr, "%s: %s\n", calls[call].name, strerror(errno));
		exit(1);
	}
}

/* Status messages stand between the frames. */
static TPCANMsg next_frame(int fd)
{
	TPCANRdMsg message = {0};

	do {
		do_ioctl(READ_MSG, fd, PCAN_READ_MSG, &message);
	} while (message.Msg.MSGTYPE & MSGTYPE_STATUS);
	return message.Msg;
}

static unsigned transfer(const int *fd, unsigned frames)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < frames; i++) {
		TPCANMsg sent = {.ID = i & 0x7ff, .LEN = 4, .DATA = {(uint8_t)i, (uint8_t)(i >> 8), 0x55, 0xaa}}, got;

		do_ioctl(WRITE_MSG, fd[0], PCAN_WRITE_MSG, &sent);
		got = next_frame(fd[1]);
		if (got.ID != sent.ID || got.LEN != 4 || memcmp(got.DATA, sent.DATA, 4) != 0) {
			fprintf(stderr, "frame %u: sent id 0x%x, got id 0x%x\n", i, sent.ID, got.ID);
			wrong++;
		}
	}
	return wrong;
}

static void usage(void)
{
	fprintf(stderr, "usage: pcan-demo [--frames N] [NODE NODE]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"frames", required_argument, NULL, 'f'}, {0}};
	const char *path[2] = {"/dev/pcan0", "/dev/pcan1"};
	unsigned frames = 100, wrong;
	TPBTR0BTR1 rate = {.dwBitRate = 1000000};
	int fd[2], option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'f')
			usage();
		frames = (unsigned)strtoul(optarg, NULL, 0);
	}
	if (argc - optind == 2) {
		path[0] = argv[optind];
		path[1] = argv[optind + 1];
	} else if (argc != optind) {
		usage();
	}
	for (int i = 0; i < 2; i++) {
		fd[i] = open(path[i], O_RDWR);
		if (fd[i] < 0) {
			fprintf(stderr, "%s: %s\n", path[i], strerror(errno));
			return 1;
		}
	}
	do_ioctl(BTR0BTR1, fd[0], PCAN_BTR0BTR1, &rate);
	for (int i = 0; i < 2; i++) {
		TPCANInit init = {.wBTR0BTR1 = rate.wBTR0BTR1, .ucCANMsgType = MSGTYPE_EXTENDED};

		do_ioctl(INIT, fd[i], PCAN_INIT, &init);
	}
	wrong = transfer(fd, frames);
	printf("%u frames at %u bit/s (BTR0BTR1 0x%04x): %u differ\n", frames, rate.dwBitRate, rate.wBTR0BTR1, wrong);
	for (int i = 0; i < 2; i++) {
		TPSTATUS status = {0};
		TPDIAG diagnosis = {0};

		do_ioctl(GET_STATUS, fd[i], PCAN_GET_STATUS, &status);
		do_ioctl(DIAG, fd[i], PCAN_DIAG, &diagnosis);
		printf("%s: driver %.64s, status 0x%04x, %u read, %u written, %u errors\n", path[i],
		       diagnosis.szVersionString, status.wErrorFlag, diagnosis.dwReadCounter, diagnosis.dwWriteCounter,
		       diagnosis.dwErrorCounter);
		close(fd[i]);
	}
	printf("\n");
	measure_print(calls, CALLS);
	measure_free(calls, CALLS);
	return wrong ? 1 : 0;
}
