/* SPDX-License-Identifier: MIT */
/*
 * A whole session of the daemon with a hostile guest: headers, the control plane, calls, cancels, acknowledgements, in
 * any order. Each interface of the build has a device of its name.
 * Input: u8 (bit 0: the peer is the daemon's own user), then messages (fake_link.h); tag and ack are made right.
 */
#include "fake_link.h"
#include "host/session/engine.h"
#include <errno.h>
#include <ioferry/control.h>
#include <ioferry/log.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1 << 16, REPLIES_MAX = 64 };

static struct engine *engine;
static sem_t gone;

/* --- a device that takes everything ------------------------------------------------------------------------------ */

static int device_open(struct host_device *device, int flags, struct host_call *call, struct host_file **file)
{
	(void)flags;
	(void)call;
	*file = calloc(1, sizeof(**file));
	if (!*file)
		return -ENOMEM;
	(*file)->device = device;
	return 0;
}

static void device_close(struct host_file *file)
{
	free(file);
}

static long device_ioctl(struct host_file *file, const struct iof_command *command, uint32_t number, uint64_t argument,
			 struct host_call *call)
{
	(void)file;
	(void)command;
	(void)argument;
	(void)call;
	return number % 3 ? (long)(number % 5) : -EAGAIN;
}

static ssize_t device_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	(void)file;
	(void)buffer;
	(void)call;
	return (ssize_t)(count / 2);
}

static uint32_t device_poll(struct host_file *file, uint32_t events, host_notify *notify, void *context)
{
	(void)file;
	(void)notify;
	(void)context;
	return events & POLLIN;
}

static const struct host_backend backend = {
	.name = "fuzz",
	.open = device_open,
	.close = device_close,
	.ioctl = device_ioctl,
	.read = device_read,
	.write = device_read,
	.poll = device_poll,
};

static struct device *make_device(const struct iof_interface *interface)
{
	struct host_device *base = calloc(1, sizeof(*base));
	struct guest_policy guests = {.given = true};
	struct device *device;

	if (!base)
		abort();
	*base = (struct host_device){.backend = &backend, .interface = interface};
	device = device_create(interface->name, base);
	guests.rules = calloc(1, sizeof(*guests.rules)); /* one that says nothing: anybody may */
	guests.n_rules = 1;
	if (!device || !guests.rules)
		abort();
	device_set_policy(device, &guests, &(struct command_policy){0});
	return device;
}

static void silence(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void create_engine(void)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct device *devices[64];
	size_t n = 0;

	iof_log_setup(silence, NULL, IOF_LOG_DEBUG);
	limits.message = MESSAGE_MAX;
	limits.replies = REPLIES_MAX;
	limits.threads = 4;
	limits.handles = 4;
	engine = engine_create(&limits);
	for (; iof_interfaces[n] && n < 64; n++)
		devices[n] = make_device(iof_interfaces[n]);
	if (!engine || sem_init(&gone, 0, 0) < 0)
		abort();
	engine_set_devices(engine, device_set_create(devices, n));
	engine_set_trace(engine, true);
}

/* --- a guest ------------------------------------------------------------------------------------------------------ */

struct guest {
	struct fake_link link;
	uint64_t tag;
	uint64_t replies; /* atomic */
	uint64_t handle;  /* atomic: of the last open that succeeded */
};

/* What a hostile guest gets right in order to get further. */
static void repair(struct fake_link *link, unsigned hints, uint8_t *bytes, size_t length)
{
	struct guest *guest = link->context;

	if (length < IOF_REQUEST_SIZE)
		return;
	if (!(hints & FAKE_LINK_TAG))
		iof_put_u64(bytes + 8, ++guest->tag);
	if (!(hints & FAKE_LINK_ACK))
		iof_put_u64(bytes + 16, __atomic_load_n(&guest->replies, __ATOMIC_ACQUIRE));
	/* Handle 0 names nothing; here it stands for the one that the guest has. */
	if (!iof_get_u64(bytes + 24))
		iof_put_u64(bytes + 24, __atomic_load_n(&guest->handle, __ATOMIC_ACQUIRE));
}

/* The handle that a reply to an open brings. */
static void take_handle(struct guest *guest, const struct iovec *payload)
{
	const Ioferry__ControlReply *reply;
	struct iof_control_arena arena;

	if (iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS) < 0)
		abort();
	if (!iof_control_unpack_reply(&arena, payload->iov_base, payload->iov_len, &reply) &&
	    reply->what_case == IOFERRY__CONTROL_REPLY__WHAT_OPEN) {
		__atomic_store_n(&guest->handle, reply->open->handle, __ATOMIC_RELEASE);
		fuzz_accepted++;
	}
	iof_control_arena_destroy(&arena);
}

static void reply_sent(struct fake_link *link, const struct iovec *parts, int n_parts)
{
	struct guest *guest = link->context;
	struct iof_reply reply;

	if (iof_reply_decode(parts[0].iov_base, parts[0].iov_len, MESSAGE_MAX, &reply) < 0)
		abort();
	if (reply.status != IOF_STATUS_EVENT)
		__atomic_store_n(&guest->replies, reply.seq, __ATOMIC_RELEASE);
	if (reply.status == IOF_STATUS_COMPLETED && n_parts == 2 && !__atomic_load_n(&guest->handle, __ATOMIC_ACQUIRE))
		take_handle(guest, &parts[1]);
}

static void link_destroyed(struct fake_link *link)
{
	(void)link;
	sem_post(&gone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size};
	struct guest guest = {.tag = 0};
	char reason[128];

	if (!engine)
		create_engine();
	fake_link_init(&guest.link, (struct fuzz_input){0}, IOF_REPLY_SIZE);
	if (fuzz_u8(&input) & 1) {
		guest.link.peer.uid = geteuid();
		guest.link.peer.transport = "unix";
	}
	snprintf(guest.link.peer.name, sizeof guest.link.peer.name, "fuzz");
	guest.link.input = input;
	guest.link.repair = repair;
	guest.link.sent = reply_sent;
	guest.link.destroyed = link_destroyed;
	guest.link.context = &guest;
	if (engine_accept(engine, &guest.link.base, "fuzz:", reason, sizeof reason) < 0)
		abort();
	while (sem_wait(&gone) < 0)
		;
	fake_link_clear(&guest.link);
	return 0;
}
