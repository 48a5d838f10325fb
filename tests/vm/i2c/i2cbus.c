/* SPDX-License-Identifier: MIT */
/*
 * An I2C adapter in user space: /dev/i2c-N over CUSE, with one 256-byte EEPROM at 0x50. i2c-stub has no I2C_RDWR;
 * this bus has, so that i2ctransfer runs in a VM. It serves a host natively and stands for a real adapter there.
 *
 * usage: vm-i2cbus N
 */
#define FUSE_USE_VERSION 31
#include <cuse_lowlevel.h>
#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHIP     0x50
#define MAX_BYTE 8192 /* of one message, as i2c-dev */

/* The chip: a register pointer that reads and writes move. The loop is single-threaded, and there is one chip. */
struct eeprom {
	uint8_t pointer;
	uint8_t bytes[256];
};

/* One open of the node. */
struct file {
	uint16_t address; /* of I2C_SLAVE */
};

static struct file *file_of(const struct fuse_file_info *info)
{
	return (struct file *)(uintptr_t)info->fh;
}

static void chip_write(struct eeprom *chip, const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i == 0)
			chip->pointer = data[0];
		else
			chip->bytes[chip->pointer++] = data[i];
	}
}

static void chip_read(struct eeprom *chip, uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		data[i] = chip->bytes[chip->pointer++];
}

/* The memory that one RETRY asks for: regions of the caller to read and to write. */
struct reach {
	struct iovec in[2 + I2C_RDWR_IOCTL_MAX_MSGS];
	size_t ins;
	size_t in_bytes;
	struct iovec out[1 + I2C_RDWR_IOCTL_MAX_MSGS];
	size_t outs;
	size_t out_bytes;
};

static void reach_in(struct reach *reach, const void *address, size_t length)
{
	if (length == 0)
		return;
	reach->in[reach->ins++] = (struct iovec){(void *)(uintptr_t)address, length};
	reach->in_bytes += length;
}

static void reach_out(struct reach *reach, const void *address, size_t length)
{
	if (length == 0)
		return;
	reach->out[reach->outs++] = (struct iovec){(void *)(uintptr_t)address, length};
	reach->out_bytes += length;
}

/* True if the kernel brought what @p reach names; else the answer that asks for it is sent. */
static bool reached(fuse_req_t request, const struct reach *reach, size_t in_size, size_t out_size)
{
	if (in_size == reach->in_bytes && out_size == reach->out_bytes)
		return true;
	fuse_reply_ioctl_retry(request, reach->in, reach->ins, reach->out, reach->outs);
	return false;
}

/* The argument of I2C_RDWR, in this process's memory. */
struct transfer {
	struct i2c_rdwr_ioctl_data head;
	struct i2c_msg messages[I2C_RDWR_IOCTL_MAX_MSGS];
	const uint8_t *data; /* of the messages that write, one after another */
};

/* True once all of the argument is here; else an answer is sent: an error, or what to bring next. */
static bool transfer_gather(struct transfer *transfer, fuse_req_t request, void *argument, const uint8_t *in,
			    size_t in_size, size_t out_size)
{
	struct reach reach = {0};
	size_t list;

	reach_in(&reach, argument, sizeof(transfer->head));
	if (in_size < reach.in_bytes)
		return reached(request, &reach, in_size, out_size);
	memcpy(&transfer->head, in, sizeof(transfer->head));
	if (!transfer->head.msgs || transfer->head.nmsgs == 0 || transfer->head.nmsgs > I2C_RDWR_IOCTL_MAX_MSGS) {
		fuse_reply_err(request, EINVAL);
		return false;
	}
	list = transfer->head.nmsgs * sizeof(struct i2c_msg);
	reach_in(&reach, transfer->head.msgs, list);
	if (in_size < reach.in_bytes)
		return reached(request, &reach, in_size, out_size);
	memcpy(transfer->messages, in + sizeof(transfer->head), list);
	transfer->data = in + sizeof(transfer->head) + list;
	for (uint32_t i = 0; i < transfer->head.nmsgs; i++) {
		const struct i2c_msg *message = &transfer->messages[i];

		if (message->len > MAX_BYTE) {
			fuse_reply_err(request, EINVAL);
			return false;
		}
		if (message->flags & I2C_M_RD)
			reach_out(&reach, message->buf, message->len);
		else
			reach_in(&reach, message->buf, message->len);
	}
	return reached(request, &reach, in_size, out_size);
}

static void transfer_run(fuse_req_t request, void *argument, const uint8_t *in, size_t in_size, size_t out_size)
{
	struct eeprom *chip = fuse_req_userdata(request);
	struct transfer transfer;
	uint8_t *out, *next;

	if (!transfer_gather(&transfer, request, argument, in, in_size, out_size))
		return;
	out = next = calloc(1, out_size + 1);
	if (!out) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	for (uint32_t i = 0; i < transfer.head.nmsgs; i++) {
		const struct i2c_msg *message = &transfer.messages[i];

		if (message->addr != CHIP) { /* nobody acknowledges; what was done before stays done */
			fuse_reply_err(request, ENXIO);
			goto out;
		}
		if (message->flags & I2C_M_RD) {
			chip_read(chip, next, message->len);
			next += message->len;
		} else {
			chip_write(chip, transfer.data, message->len);
			transfer.data += message->len;
		}
	}
	fuse_reply_ioctl(request, (int)transfer.head.nmsgs, out, out_size);
out:
	free(out);
}

/* @return 0, or a negative errno: a size that the bus cannot do, or no chip */
static int smbus_run(struct eeprom *chip, uint16_t address, const struct i2c_smbus_ioctl_data *head,
		     union i2c_smbus_data *data)
{
	bool read = head->read_write == I2C_SMBUS_READ;
	size_t length = 0;
	uint8_t *bytes = data->block;

	if (address != CHIP)
		return -ENXIO;
	switch (head->size) {
	case I2C_SMBUS_QUICK: return 0;
	case I2C_SMBUS_BYTE:
		if (read)
			chip_read(chip, &data->byte, 1);
		else
			chip->pointer = head->command;
		return 0;
	case I2C_SMBUS_BYTE_DATA: length = 1; break;
	case I2C_SMBUS_WORD_DATA: length = 2; break;
	case I2C_SMBUS_I2C_BLOCK_BROKEN: /* libi2c still writes blocks with it, and reads those of 32 bytes */
		if (read)
			data->block[0] = I2C_SMBUS_BLOCK_MAX;
		/* fall through */
	case I2C_SMBUS_I2C_BLOCK_DATA:
		length = data->block[0];
		bytes = data->block + 1;
		if (length == 0 || length > I2C_SMBUS_BLOCK_MAX)
			return -EINVAL;
		break;
	default: return -EOPNOTSUPP;
	}
	chip->pointer = head->command;
	if (read) {
		chip_read(chip, bytes, length);
	} else {
		for (size_t i = 0; i < length; i++)
			chip->bytes[chip->pointer++] = bytes[i];
	}
	return 0;
}

/* Bytes of the union that i2c-dev itself touches for a size. */
static size_t smbus_length(const struct i2c_smbus_ioctl_data *head)
{
	switch (head->size) {
	case I2C_SMBUS_BYTE:
	case I2C_SMBUS_BYTE_DATA: return 1;
	case I2C_SMBUS_WORD_DATA: return 2;
	default: return sizeof(union i2c_smbus_data);
	}
}

static void smbus(fuse_req_t request, uint16_t address, void *argument, const uint8_t *in, size_t in_size,
		  size_t out_size)
{
	struct i2c_smbus_ioctl_data head;
	union i2c_smbus_data data = {0};
	struct reach reach = {0};
	size_t length = 0;

	reach_in(&reach, argument, sizeof(head));
	if (in_size < sizeof(head)) {
		(void)reached(request, &reach, in_size, out_size);
		return;
	}
	memcpy(&head, in, sizeof(head));
	if (head.read_write > I2C_SMBUS_READ || head.size > I2C_SMBUS_I2C_BLOCK_DATA) {
		fuse_reply_err(request, EINVAL); /* as i2c-dev, before it looks at the data */
		return;
	}
	bool send_byte = head.size == I2C_SMBUS_BYTE && head.read_write == I2C_SMBUS_WRITE;

	if (head.data && head.size != I2C_SMBUS_QUICK && !send_byte) {
		length = smbus_length(&head);
		reach_in(&reach, head.data, length);
		if (head.read_write == I2C_SMBUS_READ)
			reach_out(&reach, head.data, length);
	} else if (head.size != I2C_SMBUS_QUICK && !send_byte) {
		fuse_reply_err(request, EINVAL);
		return;
	}
	if (!reached(request, &reach, in_size, out_size))
		return;
	memcpy(&data, in + sizeof(head), length);
	int status = smbus_run(fuse_req_userdata(request), address, &head, &data);

	if (status < 0)
		fuse_reply_err(request, -status);
	else
		fuse_reply_ioctl(request, 0, &data, out_size);
}

static void functions(fuse_req_t request, void *argument, size_t in_size, size_t out_size)
{
	unsigned long mask = I2C_FUNC_I2C | I2C_FUNC_SMBUS_QUICK | I2C_FUNC_SMBUS_BYTE | I2C_FUNC_SMBUS_BYTE_DATA |
			     I2C_FUNC_SMBUS_WORD_DATA | I2C_FUNC_SMBUS_I2C_BLOCK;
	struct reach reach = {0};

	reach_out(&reach, argument, sizeof(mask));
	if (reached(request, &reach, in_size, out_size))
		fuse_reply_ioctl(request, 0, &mask, sizeof(mask));
}

static void bus_ioctl(fuse_req_t request, int number, void *argument, struct fuse_file_info *info, unsigned flags,
		      const void *in, size_t in_size, size_t out_size)
{
	if (flags & FUSE_IOCTL_COMPAT) {
		fuse_reply_err(request, ENOSYS); /* the host's programs, the daemon among them, are 64-bit */
		return;
	}
	switch ((unsigned)number) {
	case I2C_SLAVE:
	case I2C_SLAVE_FORCE:
		if ((uintptr_t)argument > 0x7f) {
			fuse_reply_err(request, EINVAL);
			return;
		}
		file_of(info)->address = (uint16_t)(uintptr_t)argument;
		fuse_reply_ioctl(request, 0, NULL, 0);
		return;
	case I2C_TIMEOUT:
	case I2C_RETRIES: fuse_reply_ioctl(request, 0, NULL, 0); return;
	case I2C_FUNCS: functions(request, argument, in_size, out_size); return;
	case I2C_RDWR: transfer_run(request, argument, in, in_size, out_size); return;
	case I2C_SMBUS: smbus(request, file_of(info)->address, argument, in, in_size, out_size); return;
	default: fuse_reply_err(request, ENOTTY);
	}
}

static void bus_read(fuse_req_t request, size_t size, off_t offset, struct fuse_file_info *info)
{
	uint8_t data[MAX_BYTE];

	(void)offset;
	if (file_of(info)->address != CHIP) {
		fuse_reply_err(request, ENXIO);
		return;
	}
	size = size < sizeof(data) ? size : sizeof(data);
	chip_read(fuse_req_userdata(request), data, size);
	fuse_reply_buf(request, (const char *)data, size);
}

static void bus_write(fuse_req_t request, const char *data, size_t size, off_t offset, struct fuse_file_info *info)
{
	(void)offset;
	if (file_of(info)->address != CHIP) {
		fuse_reply_err(request, ENXIO);
		return;
	}
	size = size < MAX_BYTE ? size : MAX_BYTE;
	chip_write(fuse_req_userdata(request), (const uint8_t *)data, size);
	fuse_reply_write(request, size);
}

static void bus_open(fuse_req_t request, struct fuse_file_info *info)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file) {
		fuse_reply_err(request, ENOMEM);
		return;
	}
	info->fh = (uintptr_t)file;
	if (fuse_reply_open(request, info))
		free(file); /* the opener is gone: no release will come */
}

static void bus_release(fuse_req_t request, struct fuse_file_info *info)
{
	free(file_of(info));
	fuse_reply_err(request, 0);
}

int main(int argc, char **argv)
{
	static const struct cuse_lowlevel_ops operations = {
		.open = bus_open,
		.release = bus_release,
		.read = bus_read,
		.write = bus_write,
		.ioctl = bus_ioctl,
	};
	char name[32];
	const char *settings[] = {name};
	struct cuse_info cuse = {.dev_info_argc = 1, .dev_info_argv = settings, .flags = CUSE_UNRESTRICTED_IOCTL};
	struct eeprom chip = {0};
	char foreground[] = "-f", single[] = "-s";
	char *arguments[] = {argv[0], foreground, single, NULL};

	if (argc != 2) {
		fprintf(stderr, "usage: %s N\n", argv[0]);
		return 2;
	}
	snprintf(name, sizeof(name), "DEVNAME=i2c-%s", argv[1]);
	memset(chip.bytes, 0xff, sizeof(chip.bytes)); /* as one that was never written */
	return cuse_lowlevel_main(3, arguments, &cuse, &operations, &chip);
}
