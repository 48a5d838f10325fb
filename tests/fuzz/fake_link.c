/* SPDX-License-Identifier: MIT */
#include "fake_link.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

static struct fake_link *fake_of(const struct iof_link *link)
{
	return (struct fake_link *)(uintptr_t)link;
}

static bool is_down(const struct fake_link *link)
{
	return __atomic_load_n(&link->down, __ATOMIC_ACQUIRE);
}

static int fake_send(struct iof_link *base, const struct iovec *parts, int n_parts)
{
	struct fake_link *link = fake_of(base);

	if (is_down(link))
		return -ENODEV;
	/* All of it is memory that can be read. */
	for (int i = 0; i < n_parts; i++)
		fuzz_look(parts[i].iov_base, parts[i].iov_len);
	if (link->sent)
		link->sent(link, parts, n_parts);
	return 0;
}

static int fake_flush(struct iof_link *base)
{
	return is_down(fake_of(base)) ? -ENODEV : 0;
}

static bool fake_wants_write(const struct iof_link *base)
{
	(void)base;
	return false;
}

static ssize_t fake_receive(struct iof_link *base, bool wait, iof_deliver *deliver, void *context)
{
	struct fake_link *link = fake_of(base);
	struct fuzz_input message;
	unsigned hints;
	size_t length;
	uint8_t *bytes;

	(void)wait;
	if (is_down(link) || !link->input.size)
		return -ENODEV;
	hints = fuzz_u8(&link->input);
	length = fuzz_u16(&link->input);
	message = fuzz_part(&link->input, length);
	length = message.size < link->least ? link->least : message.size;
	bytes = calloc(1, length);
	if (!bytes)
		abort();
	if (message.size)
		memcpy(bytes, message.data, message.size);
	if (!(hints & FAKE_LINK_LENGTH))
		iof_put_u32(bytes, (uint32_t)length);
	if (link->repair)
		link->repair(link, hints, bytes, length);
	deliver(context, bytes, length);
	free(bytes);
	return 1;
}

static int fake_sleep(struct iof_link *base)
{
	return is_down(fake_of(base)) ? -ENODEV : 0;
}

static int fake_descriptor(const struct iof_link *base)
{
	return fake_of(base)->ready;
}

static void fake_set_message_max(struct iof_link *base, uint32_t bytes)
{
	(void)base;
	(void)bytes;
}

static const struct iof_peer *fake_peer(const struct iof_link *base)
{
	return &fake_of(base)->peer;
}

static void fake_shutdown(struct iof_link *base)
{
	__atomic_store_n(&fake_of(base)->down, true, __ATOMIC_RELEASE);
}

static void fake_destroy(struct iof_link *base)
{
	struct fake_link *link = fake_of(base);

	if (link->destroyed)
		link->destroyed(link);
}

static const struct iof_link_ops fake_ops = {
	.send = fake_send,
	.flush = fake_flush,
	.wants_write = fake_wants_write,
	.receive = fake_receive,
	.sleep = fake_sleep,
	.descriptor = fake_descriptor,
	.set_message_max = fake_set_message_max,
	.peer = fake_peer,
	.shutdown = fake_shutdown,
	.destroy = fake_destroy,
};

void fake_link_init(struct fake_link *link, struct fuzz_input input, size_t least)
{
	*link = (struct fake_link){.base = {&fake_ops}, .input = input, .least = least};
	link->peer = (struct iof_peer){.transport = "fuzz", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	link->ready = eventfd(1, EFD_CLOEXEC);
	if (link->ready < 0)
		abort();
}

void fake_link_clear(struct fake_link *link)
{
	close(link->ready);
}
