/* SPDX-License-Identifier: MIT */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul

/* Not known to the compiler, which would warn. */
static void *volatile bad_address = (void *)16;

static void test_deep(struct app *app, uint32_t in_len, uint32_t out_len, const char *name)
{
	uint8_t *in = malloc(in_len), *out = malloc(out_len);
	struct td_deep deep = {in, out, in_len, out_len};
	bool good = true;

	for (uint32_t i = 0; i < in_len; i++)
		in[i] = (uint8_t)(i * 7);
	memset(out, 0xee, out_len);
	check_result(app, name, ioctl(app->fd, TD_DEEP, &deep), (long)in_len, 0);
	for (uint32_t i = 0; i < out_len; i++)
		good &= out[i] == (i < in_len ? (uint8_t)(i * 7) ^ 0x55 : 0);
	check(app, good, "... every byte behind its pointer");
	check(app, deep.in == in && deep.out == out, "... its pointers are as they were");
	free(in);
	free(out);
}

static void test_items(struct app *app, uint32_t count, long wanted, int error, const char *name)
{
	struct td_item *items = calloc(count, sizeof(*items));
	uint8_t *data = malloc(5ul * count);
	struct td_items arg = {count, 0, items};
	bool good = true;

	for (uint32_t i = 0; i < count; i++) {
		memset(data + 5ul * i, (int)(i % 200), 5);
		items[i] = (struct td_item){5, 99, i == 1 ? NULL : data + 5ul * i};
	}
	check_result(app, name, ioctl(app->fd, TD_ITEMS, &arg), wanted, error);
	for (uint32_t i = 0; i < count && wanted >= 0; i++)
		good &= items[i].sum == (i == 1 ? 0 : 5 * (i % 200)) && data[5ul * i + 4] == i % 200 + (i != 1);
	check(app, good, "... each element and what it points to");
	free(items);
	free(data);
}

static void test_list(struct app *app)
{
	uint32_t values[10];
	struct td_list list = {10, 77, values};
	bool good = true;

	memset(values, 0xab, sizeof(values));
	check_result(app, "a list that comes back in part", ioctl(app->fd, TD_LIST, &list), 0, 0);
	check_result(app, "... its count", (long)list.count, 5, 0);
	for (unsigned i = 0; i < 10; i++)
		good &= values[i] == (i < 5 ? i * 3 : 0xabababab);
	check(app, good, "... its values, and the rest untouched");
	memset(values, 0xab, sizeof(values));
	check_result(app, "a reply that does not fit its request", ioctl(app->fd, TD_LIE, &list), -1, EIO);
	check(app, values[0] == 0xabababab, "... stores nothing");
}

static void test_errnos(struct app *app)
{
	static const int errnos[] = {EPERM, ENOTTY, EBUSY, EIO, 257, 511, 1000};
	struct td_flat flat = {.a = 4};

	for (unsigned i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "errno %d", errnos[i]);
		check_result(app, name, ioctl(app->fd, TD_ERRNO, errnos[i]), -1, errnos[i]);
	}
	/* Kernels that turn it into ENOTTY, which later ones do, leave no other way to say it. */
	check(app, ioctl(app->fd, TD_ERRNO, ENOSYS) == -1 && (errno == ENOSYS || errno == ENOTTY), "ENOSYS or ENOTTY");
	check_result(app, "the kernel's own errnos stay inside", ioctl(app->fd, TD_ERRNO, 512), -1, EINTR);
	check_result(app, "... nor does ENOIOCTLCMD come out", ioctl(app->fd, TD_ERRNO, 515), -1, ENOTTY);
	check_result(app, "a result that would be taken for an errno", ioctl(app->fd, TD_RESULT, -512), -1, EIO);
	check_result(app, "an errno together with data", ioctl(app->fd, TD_BUSY, &flat), -1, EBUSY);
	check_result(app, "... the data", (long)flat.b, 5, 0);
}

void test_ioctls(struct app *app)
{
	struct td_flat flat = {.a = 41, .rest = {[55] = 9}};
	struct td_abi abi = {1, 0x1122334455667788, -5};

	check_result(app, "no argument", ioctl(app->fd, TD_NOTHING, 0), 7, 0);
	check_result(app, "a flat structure", ioctl(app->fd, TD_FLAT, &flat), 5, 0);
	check(app, flat.b == 42 && flat.a == 41 && flat.rest[55] == 9, "... its bytes");
	check_result(app, "a structure whose layout the ABI decides", ioctl(app->fd, TD_ABI, &abi), 0, 0);
	check(app, abi.a == 2 && abi.b == 0x1122334455667789 && abi.c == -6, "... its members");
	check_result(app, "a positive result", ioctl(app->fd, TD_RESULT, 0x7fffffff), 0x7fffffff, 0);
	test_deep(app, 100, 60, "pointers in a structure");
	test_deep(app, 0, 0, "... to nothing");
	test_deep(app, 60000, 60000, "... to 60000 bytes");
	test_items(app, 40, 5L * (39 * 40 / 2 - 1), 0, "an array whose elements hold pointers");
	test_list(app);
	test_errnos(app);
	check_result(app, "an undeclared command", ioctl(app->fd, TD_UNDECLARED, &flat), -1, ENOTTY);
	check_result(app, "... twice", ioctl(app->fd, TD_UNDECLARED, &flat), -1, ENOTTY);
	check_result(app, "an unsupported command", ioctl(app->fd, TD_UNSUPPORTED, &flat), -1, ENOTTY);
}

/* The kernel's own page in each process: the kernel copies from it, process_vm_readv() does not. */
static void test_kernel_page(struct app *app)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long page = 0;
	uint8_t out[64];
	char line[256];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]") && sscanf(line, "%lx-", &page) == 1)
			break;
	if (maps)
		fclose(maps);
	if (page) {
		struct td_deep deep = {(void *)page, out, 64, 64};

		if (app->files) /* on which it fetches nothing behind pointers */
			check_result(app, "memory that only the kernel can reach", ioctl(app->fd, TD_DEEP, &deep), -1,
				     EFAULT);
		else
			check_result(app, "memory that only the kernel can reach", ioctl(app->fd, TD_DEEP, &deep), 64,
				     0);
	} else {
		printf("ok memory that only the kernel can reach%s # SKIP this process has no [vvar]\n", app->suffix);
	}
}

void test_bad_memory(struct app *app)
{
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct td_flat *last = (struct td_flat *)(pages + PAGE - sizeof(*last));
	struct td_deep deep = {(void *)16, pages, 8, 8};

	munmap(pages + PAGE, PAGE);
	last->a = 1;
	check_result(app, "a structure that ends with its page", ioctl(app->fd, TD_FLAT, last), 5, 0);
	check_result(app, "a structure that leaves its page", ioctl(app->fd, TD_FLAT, (char *)last + 4), -1, EFAULT);
	check_result(app, "a bad argument", ioctl(app->fd, TD_FLAT, (void *)16), -1, EFAULT);
	check_result(app, "NULL where memory is wanted", ioctl(app->fd, TD_FLAT, NULL), -1, EFAULT);
	check_result(app, "a bad pointer inside", ioctl(app->fd, TD_DEEP, &deep), -1, EFAULT);
	deep = (struct td_deep){NULL, pages, 8, 8};
	check_result(app, "NULL inside", ioctl(app->fd, TD_DEEP, &deep), -1, EFAULT);
	deep = (struct td_deep){pages, pages, 400001, 8};
	check_result(app, "a length above the bound", ioctl(app->fd, TD_DEEP, &deep), -1, EINVAL);
	last->a = 5;
	mprotect(pages, PAGE, PROT_READ);
	check_result(app, "memory that is read-only", ioctl(app->fd, TD_FLAT, last), -1, EFAULT);
	munmap(pages, PAGE);
	test_kernel_page(app);
	test_items(app, 1, 0, 0, "... and the device still works");
}

void test_nonblock(struct app *app)
{
	int flags = fcntl(app->fd, F_GETFL), fd, other;

	check_result(app, "O_NONBLOCK is not set", ioctl(app->fd, TD_NONBLOCK, 0), 0, 0);
	fcntl(app->fd, F_SETFL, flags | O_NONBLOCK);
	check_result(app, "O_NONBLOCK after F_SETFL", ioctl(app->fd, TD_NONBLOCK, 0), 1, 0);
	other = dup2(app->fd, 100);
	check_result(app, "... through another descriptor", ioctl(other, TD_NONBLOCK, 0), 1, 0);
	close(other);
	fcntl(app->fd, F_SETFL, flags);
	check_result(app, "... and taken back", ioctl(app->fd, TD_NONBLOCK, 0), 0, 0);
	fd = open(NODE, O_RDWR | O_NONBLOCK);
	check_result(app, "O_NONBLOCK of open", ioctl(fd, TD_NONBLOCK, 0), 1, 0);
	close(fd);
}

void test_messages(struct app *app)
{
	struct td_message out[20], in[30];
	int flags = fcntl(app->fd, F_GETFL);
	bool good = true;

	for (unsigned i = 0; i < 20; i++) {
		out[i] = (struct td_message){.id = i, .stamp = -(long)i};
		memset(out[i].data, (int)i, sizeof(out[i].data));
	}
	check_result(app, "write of 20 messages", write(app->fd, out, 20), 20, 0);
	for (unsigned i = 0; i < 20; i++)
		good &= out[i].id == i + 1000 && out[i].stamp == -(long)i;
	check(app, good, "... what the device changed in them");
	memset(in, 0xcd, sizeof(in));
	check_result(app, "read of 3 messages", read(app->fd, in, 3), 3, 0);
	check_result(app, "... the next is untouched", (long)in[3].id, (long)0xcdcdcdcd, 0);
	check_result(app, "read of up to 30 messages", read(app->fd, in + 3, 27), 17, 0);
	good = true;
	for (unsigned i = 0; i < 20; i++)
		good &= in[i].id == i + 1000 && in[i].stamp == -(long)i && in[i].data[7] == i;
	check(app, good, "... all 20 messages");
	fcntl(app->fd, F_SETFL, flags | O_NONBLOCK);
	check_result(app, "read without messages and O_NONBLOCK", read(app->fd, in, 1), -1, EAGAIN);
	fcntl(app->fd, F_SETFL, flags);
	check_result(app, "read of messages to a bad address", read(app->fd, bad_address, 1), -1, EFAULT);
}

void test_bytes(struct app *app)
{
	size_t size = 200000, limit = 131072;
	uint8_t *out = aligned_alloc(PAGE, 50 * PAGE), *in = aligned_alloc(PAGE, 50 * PAGE);
	int fd = open(BYTES_NODE, O_RDWR);

	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(i * 31 >> 3);
	check_result(app, "write of 10 bytes", write(fd, out, 10), 10, 0);
	check_result(app, "read of at most 100 bytes", read(fd, in, 100), 10, 0);
	check(app, memcmp(in, out, 10) == 0, "... the bytes");
	check_result(app, "a long write is one short one", write(fd, out, size), (long)limit, 0);
	memset(in, 0, size);
	check_result(app, "a long read is one short one", read(fd, in, size), (long)limit, 0);
	check(app, memcmp(in, out, limit) == 0 && in[limit] == 0, "... the bytes of both");
	check_result(app, "ioctl on a device without any", ioctl(fd, TD_FLAT, out), -1, ENOTTY);
	close(fd);
	free(in);
	free(out);
}

/* Above FUSE's limits of 128 KiB and 256 pieces: carried where memory is reached directly, else E2BIG. */
void test_large(struct app *app, bool direct)
{
	struct td_deep deep = {calloc(1, 300000), calloc(1, 300000), 300000, 300000};

	if (direct) {
		test_deep(app, 300000, 300000, "pointers to 300000 bytes");
		test_items(app, 300, 5L * (199 * 200 / 2 + 99 * 100 / 2 - 1), 0, "300 elements that hold pointers");
	} else {
		check_result(app, "more than 128 KiB by retry", ioctl(app->fd, TD_DEEP, &deep), -1, E2BIG);
		test_items(app, 300, -1, E2BIG, "more than 256 pieces by retry");
	}
	free((void *)(uintptr_t)deep.in);
	free(deep.out);
}

/* What needs a look at the caller, where that is not permitted. */
void test_unreachable(struct app *app)
{
	int fd = open(NODE, O_RDWR | O_NONBLOCK), bytes = open(BYTES_NODE, O_RDWR);
	struct td_message message = {.id = 1};
	char in[8] = "";

	check_result(app, "write counted in messages", write(fd, &message, 1), -1, EOPNOTSUPP);
	check_result(app, "read counted in messages", read(fd, &message, 1), -1, EOPNOTSUPP);
	check_result(app, "O_NONBLOCK as it was last seen", ioctl(fd, TD_NONBLOCK, 0), 1, 0);
	check_result(app, "write of bytes", write(bytes, "abc", 3), 3, 0);
	check_result(app, "read of bytes", read(bytes, in, 8), 3, 0);
	check(app, memcmp(in, "abc", 3) == 0, "... the bytes");
	close(bytes);
	close(fd);
}

/* Files, where callers' memory is not read: the number says what the kernel copies, and it has to be enough. */
void test_copied(struct app *app)
{
	struct td_flat flat = {.a = 41, .rest = {[55] = 9}};
	struct td_abi abi = {1, 2, 3};
	struct td_deep deep = {&abi, &flat, 8, 8};
	long page = sysconf(_SC_PAGESIZE);
	uint8_t *readable = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check_result(app, "no argument", ioctl(app->fd, TD_NOTHING, 0), 7, 0);
	check_result(app, "a value", ioctl(app->fd, TD_RESULT, 12345), 12345, 0);
	check_result(app, "a structure that the number tells of", ioctl(app->fd, TD_FLAT, &flat), 5, 0);
	check(app, flat.b == 42 && flat.a == 41 && flat.rest[55] == 9, "... its bytes");
	check_result(app, "an errno together with data", ioctl(app->fd, TD_BUSY, &flat), -1, EBUSY);
	check_result(app, "... the data", (long)flat.b, 42, 0);
	check_result(app, "memory that is read-only", ioctl(app->fd, TD_FLAT, readable), -1, EFAULT);
	check_result(app, "a bad argument", ioctl(app->fd, TD_FLAT, bad_address), -1, EFAULT);
	check_result(app, "a structure that it does not tell of", ioctl(app->fd, TD_ABI, &abi), -1, EOPNOTSUPP);
	check(app, abi.a == 1 && abi.b == 2 && abi.c == 3, "... which stays as it was");
	check_result(app, "pointers", ioctl(app->fd, TD_DEEP, &deep), -1, EOPNOTSUPP);
	munmap(readable, (size_t)page);
}
