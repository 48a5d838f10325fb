/* SPDX-License-Identifier: MIT */
#include "transports/9p/guest/link.h"
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

/* preadv() and pwritev() take their offset in the same way on all machines; pread64() does not. */
static long vector_call(long number, int fd, void *bytes, size_t size, uint64_t offset)
{
	struct iovec part = {.iov_base = bytes, .iov_len = size};
	unsigned long low = (unsigned long)offset, high = (unsigned long)(sizeof low < 8 ? offset >> 32 : 0);

	return iof_sys(number, fd, &part, 1UL, low, high);
}

static int transfer(long number, int fd, uint64_t offset, void *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		long n = vector_call(number, fd, (uint8_t *)bytes + done, size - done, offset + done);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n ? (int)n : -ENODEV;
		done += (size_t)n;
	}
	return 0;
}

int file_read(int fd, uint64_t offset, void *bytes, size_t size)
{
	return transfer(SYS_preadv, fd, offset, bytes, size);
}

/* The host knows what it has had before: after a signal, or a part of it, the same bytes may be written again. */
int file_write(int fd, uint64_t offset, const void *bytes, size_t size)
{
	return transfer(SYS_pwritev, fd, offset, (void *)(uintptr_t)bytes, size);
}

size_t file_size(const struct folder_link *link, size_t size)
{
	return link->mode & FOLDER_CACHED ? (size + FOLDER_PAGE - 1) & ~(size_t)(FOLDER_PAGE - 1) : size;
}

int file_write_through(const struct folder_link *link, int fd, uint64_t offset, void *bytes, size_t size, size_t room)
{
	size_t padded = file_size(link, size);
	int error;

	if (!(link->mode & FOLDER_CACHED))
		return file_write(fd, offset, bytes, size);
	if (padded > room)
		return -E2BIG;
	/* Whole pages: a cache that gets a part of one reads the rest first. */
	memset((uint8_t *)bytes + size, 0, padded - size);
	error = file_write(fd, offset, bytes, padded);
	return error ? error : (int)iof_sys(SYS_fdatasync, fd);
}

static void forget_pages(int fd, uint64_t offset, size_t size)
{
	/* Only memory is saved by it; 32-bit machines differ in how they pass it, and keep the pages. */
#ifdef __LP64__
	(void)iof_sys(SYS_fadvise64, fd, offset, size, POSIX_FADV_DONTNEED);
#else
	(void)fd;
	(void)offset;
	(void)size;
#endif
}

int file_read_fresh(const struct folder_link *link, int fd, uint64_t offset, void *bytes, size_t size)
{
	int error = file_read(fd, offset, bytes, file_size(link, size));

	if (link->mode & FOLDER_CACHED)
		forget_pages(fd, offset, file_size(link, size));
	return error;
}

int file_frame(struct folder_link *link, void *bytes, size_t size, size_t room)
{
	uint32_t frame = __atomic_fetch_add(&link->frames, 1, __ATOMIC_RELAXED) % (uint32_t)FOLDER_FRAMES;

	return file_write_through(link, link->ctl, (uint64_t)frame * FOLDER_PAGE, bytes, size, room);
}

int file_order(struct folder_link *link, enum folder_order order, uint64_t value)
{
	uint8_t page[FOLDER_PAGE];

	iof_put_u32(page, FOLDER_ORDER_SIZE);
	iof_put_u32(page + 4, order);
	iof_put_u64(page + 8, value);
	return file_frame(link, page, FOLDER_ORDER_SIZE, sizeof page);
}
