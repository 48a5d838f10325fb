/* SPDX-License-Identifier: MIT */
/*
 * can-status: a new program that talks to a device of the host through the typed stubs that ioferryc generates from
 * can4linux.idl. No device node, no preloading; one round trip a call.
 *
 *     can-status unix:/run/ioferry.sock can0
 */
#include <can4linux_stub.h>
#include <err.h>
#include <fcntl.h>
#include <ioferry/file.h>
#include <stdio.h>
#include <string.h>

static void print_status(const char *device, const struct can4linux_CanStatusPar *status)
{
	printf("%s: %u kbit/s, errors tx %u rx %u, receive fifo %u of %u, transmit fifo %u of %u\n", device,
	       status->baud, status->tx_errors, status->rx_errors, status->rx_buffer_used, status->rx_buffer_size,
	       status->tx_buffer_used, status->tx_buffer_size);
}

int main(int argc, char **argv)
{
	const struct iof_session_options options = {.client = "can-status"};
	struct can4linux_CanStatusPar status = {0};
	struct iof_session *session;
	struct iof_file *file;
	char reason[200];
	int result;

	if (argc != 3)
		errx(2, "usage: can-status ADDRESS DEVICE, as in: can-status unix:/run/ioferry.sock can0");
	if (iof_session_create(argv[1], &options, &session, reason, sizeof reason) < 0)
		errx(1, "%s", reason);
	result = iof_file_open(session, argv[2], O_RDWR, &file);
	if (result < 0)
		errx(1, "%s: %s", argv[2], strerror(-result));
	result = can4linux_CAN_IOCTL_STATUS(file, &status);
	if (result < 0)
		warnx("%s: CAN_IOCTL_STATUS: %s", argv[2], strerror(-result));
	else
		print_status(argv[2], &status);
	iof_file_close(file);
	iof_session_destroy(session);
	return result < 0;
}
