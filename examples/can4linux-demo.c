/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux-demo.c
 * An ordinary can4linux application: two nodes, frames from one to the other, another bit rate, the status.
 *
 *     can4linux-demo [--frames N] [--bitrate KBIT] [/dev/can0 /dev/can1]
 */
#include "can4linux.h"
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BATCH = 8, AHEAD = 64, PATIENCE_MS = 5000 };

enum call { OPEN, COMMAND, CONFIG, STATUS, WRITE, READ, POLL, CLOSE, CALLS };

static struct measure calls[CALLS] = {
	{.name = "open"},
	{.name = "ioctl COMMAND"},
	{.name = "ioctl CONFIG"},
	{.name = "ioctl STATUS"},
	{.name = "write (8 messages)"},
	{.name = "read (up to 8 messages)"},
	{.name = "poll (waits for a frame)"},
	{.name = "close"},
};

static int open_node(const char *path, int flags)
{
	double began = measure_now();
	int fd = open(path, O_RDWR | flags);

	measure_add(&calls[OPEN], began, fd);
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	return fd;
}

static void command(int fd, int cmd)
{
	Command_par_t par = {.cmd = cmd};
	double began = measure_now();
	int result = ioctl(fd, CAN_IOCTL_COMMAND, &par);

	measure_add(&calls[COMMAND], began, result);
	if (result < 0 || par.retval != 0) {
		fprintf(stderr, "CAN_IOCTL_COMMAND %d: %s\n", cmd, strerror(result < 0 ? errno : -(int)par.retval));
		exit(1);
	}
}

static void config(int fd, int target, unsigned long val1, unsigned long val2)
{
	Config_par_t par = {.target = target, .val1 = val1, .val2 = val2};
	double began = measure_now();
	int result = ioctl(fd, CAN_IOCTL_CONFIG, &par);

	measure_add(&calls[CONFIG], began, result);
	if (result < 0) {
		fprintf(stderr, "CAN_IOCTL_CONFIG target %d: %s\n", target, strerror(errno));
		exit(1);
	}
}

static void print_status(int fd, const char *path)
{
	CanStatusPar_t status = {0};
	double began = measure_now();
	int result = ioctl(fd, CAN_IOCTL_STATUS, &status);

	measure_add(&calls[STATUS], began, result);
	if (result < 0) {
		fprintf(stderr, "CAN_IOCTL_STATUS: %s\n", strerror(errno));
		exit(1);
	}
	printf("%s: %u kbit/s, errors tx %u rx %u, receive fifo %u of %u, transmit fifo %u of %u\n", path, status.baud,
	       status.tx_errors, status.rx_errors, status.rx_buffer_used, status.rx_buffer_size, status.tx_buffer_used,
	       status.tx_buffer_size);
}

static void set_bit_rate(const int *fd, unsigned long kbit)
{
	for (int i = 0; i < 2; i++) {
		command(fd[i], CMD_STOP);
		command(fd[i], CMD_CLEARBUFFERS);
		config(fd[i], CONF_TIMING, kbit, 0);
		command(fd[i], CMD_START);
	}
}

/* The n-th frame: base and extended identifiers, all lengths. */
static canmsg_t make_frame(unsigned n)
{
	canmsg_t frame = {.id = n % 0x7ff, .length = (short)(n % 9)};

	if (n % 3 == 2) {
		frame.flags = MSG_EXT;
		frame.id = n * 7919 & CAN_EFF_MASK;
	}
	for (unsigned i = 0; i < n % 9; i++)
		frame.data[i] = (unsigned char)(n >> i * 4);
	return frame;
}

static void send_batch(int fd, unsigned first, unsigned count)
{
	canmsg_t frames[BATCH];
	double began;
	ssize_t result;

	for (unsigned i = 0; i < count; i++)
		frames[i] = make_frame(first + i);
	began = measure_now();
	result = write(fd, frames, count); /* messages, not bytes */
	measure_add(&calls[WRITE], began, result);
	if (result != (ssize_t)count) {
		fprintf(stderr, "write: %zd of %u messages: %s\n", result, count, strerror(errno));
		exit(1);
	}
}

static unsigned receive(int fd, canmsg_t *frames)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	double began = measure_now();
	int ready = poll(&poller, 1, PATIENCE_MS);
	ssize_t result;

	measure_add(&calls[POLL], began, ready);
	if (ready <= 0 || !(poller.revents & POLLIN)) {
		fprintf(stderr, "poll: %s\n", ready == 0 ? "no frame came" : ready < 0 ? strerror(errno) : "no POLLIN");
		exit(1);
	}
	began = measure_now();
	result = read(fd, frames, BATCH);
	measure_add(&calls[READ], began, result);
	if (result < 0) {
		fprintf(stderr, "read: %s\n", strerror(errno));
		exit(1);
	}
	return (unsigned)result;
}

static int differs(const canmsg_t *got, unsigned n)
{
	canmsg_t sent = make_frame(n);

	if (got->id == sent.id && got->flags == sent.flags && got->length == sent.length &&
	    memcmp(got->data, sent.data, (size_t)sent.length) == 0)
		return 0;
	fprintf(stderr, "frame %u: sent id 0x%lx flags %d length %d, got id 0x%lx flags %d length %d\n", n, sent.id,
		sent.flags, sent.length, got->id, got->flags, got->length);
	return 1;
}

/* Sends @p count frames from the first node and compares what the second receives. */
static unsigned transfer(const int *fd, unsigned count)
{
	unsigned sent = 0, received = 0, wrong = 0;
	canmsg_t frames[BATCH];

	while (received < count) {
		unsigned n;

		while (sent < count && sent < received + AHEAD) {
			n = count - sent < BATCH ? count - sent : BATCH;
			send_batch(fd[0], sent, n);
			sent += n;
		}
		n = receive(fd[1], frames);
		for (unsigned i = 0; i < n; i++)
			wrong += (unsigned)differs(&frames[i], received + i);
		received += n;
	}
	return wrong;
}

static unsigned report_transfer(const int *fd, unsigned count)
{
	double began = measure_now();
	unsigned wrong = transfer(fd, count);

	printf("%u frames sent by the first node, received by the second in %.0f ms: %u differ\n", count,
	       (measure_now() - began) / 1e3, wrong);
	return wrong;
}

static void usage(void)
{
	fprintf(stderr, "usage: can4linux-demo [--frames N] [--bitrate KBIT] [NODE NODE]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"frames", required_argument, NULL, 'f'}, {"bitrate", required_argument, NULL, 'b'}, {0}};
	const char *path[2] = {"/dev/can0", "/dev/can1"};
	unsigned frames = 500, wrong;
	unsigned long kbit = 500;
	int fd[2], option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			frames = (unsigned)strtoul(optarg, NULL, 0);
		else if (option == 'b')
			kbit = strtoul(optarg, NULL, 0);
		else
			usage();
	}
	if (argc - optind == 2) {
		path[0] = argv[optind];
		path[1] = argv[optind + 1];
	} else if (argc != optind) {
		usage();
	}
	setvbuf(stdout, NULL, _IOLBF, 0);

	fd[0] = open_node(path[0], 0);
	fd[1] = open_node(path[1], O_NONBLOCK); /* a blocking read would wait for all it asks for */
	for (int i = 0; i < 2; i++)
		print_status(fd[i], path[i]);
	wrong = report_transfer(fd, frames / 2);
	printf("bit rate to %lu kbit/s: CMD_STOP, CONF_TIMING, CMD_START on both\n", kbit);
	set_bit_rate(fd, kbit);
	wrong += report_transfer(fd, frames - frames / 2);
	for (int i = 0; i < 2; i++)
		print_status(fd[i], path[i]);

	for (int i = 0; i < 2; i++) {
		double began = measure_now();

		measure_add(&calls[CLOSE], began, close(fd[i]));
	}
	printf("\n");
	measure_print(calls, CALLS);
	measure_free(calls, CALLS);
	return wrong ? 1 : 0;
}
