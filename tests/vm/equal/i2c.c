/* SPDX-License-Identifier: MIT */
#include "tests/vm/equal/equal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHIP 0x50

static void smbus(const char *name, int fd, uint8_t read_write, uint8_t command, uint32_t size,
		  union i2c_smbus_data *data)
{
	struct i2c_smbus_ioctl_data argument = {read_write, command, size, data};
	long value = ioctl(fd, I2C_SMBUS, &argument);

	result(name, value);
	if (data && data != bad_pointer())
		bytes(data, sizeof(*data));
	if (argument.read_write != read_write || argument.command != command || argument.size != size ||
	    argument.data != data)
		printf(" (argument changed)");
	done();
}

static union i2c_smbus_data *block(uint8_t length)
{
	union i2c_smbus_data *data = fresh(sizeof(*data));

	data->block[0] = length;
	for (uint8_t i = 1; i <= I2C_SMBUS_BLOCK_MAX; i++)
		data->block[i] = (uint8_t)(i * 3);
	return data;
}

/* Registers that are read below hold what nothing before this run left in them. */
static void clear(int fd)
{
	union i2c_smbus_data zero = {.word = 0};
	int failed = 0;

	for (unsigned i = 0; i < 0xa0; i++) {
		struct i2c_smbus_ioctl_data argument = {I2C_SMBUS_WRITE, (uint8_t)i, I2C_SMBUS_WORD_DATA, &zero};

		failed += ioctl(fd, I2C_SMBUS, &argument) != 0;
	}
	printf("registers cleared, %d failed\n", failed);
}

static void smbus_calls(int fd)
{
	union i2c_smbus_data *data = fresh(sizeof(*data));

	smbus("quick", fd, I2C_SMBUS_WRITE, 0, I2C_SMBUS_QUICK, NULL);
	smbus("send byte", fd, I2C_SMBUS_WRITE, 0x12, I2C_SMBUS_BYTE, NULL);
	data->byte = 0x34;
	smbus("write byte", fd, I2C_SMBUS_WRITE, 0x12, I2C_SMBUS_BYTE_DATA, data);
	data->word = 0xbeef;
	smbus("write word", fd, I2C_SMBUS_WRITE, 0x20, I2C_SMBUS_WORD_DATA, data);
	smbus("read byte", fd, I2C_SMBUS_READ, 0x12, I2C_SMBUS_BYTE_DATA, fresh(sizeof(*data)));
	smbus("receive byte", fd, I2C_SMBUS_READ, 0, I2C_SMBUS_BYTE, fresh(sizeof(*data)));
	smbus("read word", fd, I2C_SMBUS_READ, 0x20, I2C_SMBUS_WORD_DATA, fresh(sizeof(*data)));
	smbus("write block", fd, I2C_SMBUS_WRITE, 0x40, I2C_SMBUS_I2C_BLOCK_DATA, block(7));
	smbus("read block", fd, I2C_SMBUS_READ, 0x3e, I2C_SMBUS_I2C_BLOCK_DATA, block(9));
	smbus("write block, old size", fd, I2C_SMBUS_WRITE, 0x60, I2C_SMBUS_I2C_BLOCK_BROKEN, block(5));
	smbus("read block, old size", fd, I2C_SMBUS_READ, 0x60, I2C_SMBUS_I2C_BLOCK_BROKEN, block(5));
	smbus("SMBus block", fd, I2C_SMBUS_WRITE, 0x70, I2C_SMBUS_BLOCK_DATA, block(4));
	smbus("process call", fd, I2C_SMBUS_WRITE, 0x70, I2C_SMBUS_PROC_CALL, block(4));
	smbus("block of 33 bytes", fd, I2C_SMBUS_WRITE, 0x40, I2C_SMBUS_I2C_BLOCK_DATA, block(33));
	smbus("block of none", fd, I2C_SMBUS_READ, 0x40, I2C_SMBUS_I2C_BLOCK_DATA, block(0));
	smbus("unknown size", fd, I2C_SMBUS_WRITE, 0, 99, block(1));
	smbus("unknown direction", fd, 2, 0, I2C_SMBUS_BYTE_DATA, block(1));
	smbus("no data", fd, I2C_SMBUS_READ, 0x12, I2C_SMBUS_BYTE_DATA, NULL);
	smbus("bad data, read", fd, I2C_SMBUS_READ, 0x12, I2C_SMBUS_BYTE_DATA, bad_pointer());
	smbus("bad data, written", fd, I2C_SMBUS_WRITE, 0x12, I2C_SMBUS_BYTE_DATA, bad_pointer());
	smbus("read into read-only memory", fd, I2C_SMBUS_READ, 0x12, I2C_SMBUS_BYTE_DATA,
	      read_only(data, sizeof(*data)));
	call("I2C_SMBUS of NULL", fd, I2C_SMBUS, NULL, 0);
	call("I2C_SMBUS of a bad pointer", fd, I2C_SMBUS, bad_pointer(), 0);
}

static void transfer(const char *name, int fd, struct i2c_msg *messages, uint32_t count)
{
	struct i2c_rdwr_ioctl_data argument = {messages, count};
	long value = ioctl(fd, I2C_RDWR, &argument);

	result(name, value);
	for (uint32_t i = 0; messages && messages != bad_pointer() && i < count && i < 4; i++) {
		printf(" %u", messages[i].len);
		if (messages[i].buf && messages[i].buf != bad_pointer())
			bytes(messages[i].buf, messages[i].len);
	}
	done();
}

static void transfers(int fd)
{
	uint8_t set[] = {0x80, 1, 2, 3, 4, 5}, pointer[] = {0x7e}, *in = fresh(12), *more = fresh(3);
	struct i2c_msg messages[43] = {
		{.addr = CHIP, .len = sizeof(set), .buf = set},
		{.addr = CHIP, .len = sizeof(pointer), .buf = pointer},
		{.addr = CHIP, .flags = I2C_M_RD, .len = 12, .buf = in},
		{.addr = CHIP, .flags = I2C_M_RD, .len = 3, .buf = more},
	};
	struct i2c_msg nobody[] = {
		{.addr = CHIP, .len = 2, .buf = set},
		{.addr = 0x51, .flags = I2C_M_RD, .len = 3, .buf = fresh(3)},
	};
	struct i2c_msg bad = {.addr = CHIP, .len = 4, .buf = bad_pointer()};
	struct i2c_msg large = {.addr = CHIP, .flags = I2C_M_RD, .len = 8193, .buf = fresh(8193)};

	transfer("write, write, read, read", fd, messages, 4);
	transfer("nobody at an address", fd, nobody, 2);
	transfer("bad buffer, written", fd, &bad, 1);
	bad.flags = I2C_M_RD;
	transfer("bad buffer, read", fd, &bad, 1);
	transfer("8193 bytes", fd, &large, 1);
	transfer("no messages", fd, messages, 0);
	transfer("43 messages", fd, messages, 43);
	transfer("messages NULL", fd, NULL, 1);
	transfer("messages at a bad pointer", fd, bad_pointer(), 1);
	call("I2C_RDWR of NULL", fd, I2C_RDWR, NULL, 0);
}

static void files(int fd, const char *path)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN | POLLOUT};
	uint8_t *in = fresh(8);
	int second;

	/* A transfer with a bad buffer may have moved the chip's pointer, or not have reached the chip. */
	result("write of the pointer", write(fd, "\x10", 1));
	done();
	result("read", read(fd, in, 8));
	bytes(in, 8);
	done();
	result("write", write(fd, "\x10\x01\x02", 3));
	done();
	result("write of a bad pointer", write(fd, bad_pointer(), 3));
	done();
	result("poll", poll(&poll_fd, 1, 0));
	bytes(&poll_fd.revents, sizeof(poll_fd.revents));
	done();
	result("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	done();
	result("O_NONBLOCK", fcntl(fd, F_SETFL, O_NONBLOCK));
	done();
	call("I2C_FUNCS with O_NONBLOCK", fd, I2C_FUNCS, fresh(sizeof(long)), sizeof(long));
	second = open(path, O_RDONLY);
	result("second open", second >= 0 ? 0 : -1);
	done();
	call("I2C_FUNCS of it", second, I2C_FUNCS, fresh(sizeof(long)), sizeof(long));
	result("close", close(second));
	done();
	call("I2C_FUNCS of a closed one", second, I2C_FUNCS, NULL, 0);
}

void equal_i2c(const char *path)
{
	int fd = open(path, O_RDWR);

	result("open", fd >= 0 ? 0 : -1);
	done();
	call("I2C_FUNCS", fd, I2C_FUNCS, fresh(sizeof(long)), sizeof(long));
	call("I2C_FUNCS of NULL", fd, I2C_FUNCS, NULL, 0);
	call("I2C_FUNCS of a bad pointer", fd, I2C_FUNCS, bad_pointer(), 0);
	call_value("I2C_SLAVE", fd, I2C_SLAVE, CHIP);
	call_value("I2C_SLAVE beyond 7 bits", fd, I2C_SLAVE, 0x80);
	call_value("I2C_SLAVE_FORCE", fd, I2C_SLAVE_FORCE, CHIP);
	call_value("I2C_TIMEOUT", fd, I2C_TIMEOUT, 10);
	call_value("I2C_RETRIES", fd, I2C_RETRIES, 1);
	call_value("undeclared command", fd, 0x07ff, 0);
	call_value("undeclared command of another kind", fd, 0xc0f0f0f0, 0);
	clear(fd);
	smbus_calls(fd);
	transfers(fd);
	files(fd, path);
}
