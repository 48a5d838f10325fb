/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ioferry/control.h>
#include <stdlib.h>
#include <string.h>

/* protobuf-c asks for structs and strings; nothing in them wants more than 8. */
#define ARENA_ALIGNMENT 8u

static void *arena_allocate(void *context, size_t size)
{
	struct iof_control_arena *arena = context;
	size_t room = arena->size - arena->used;
	void *memory = arena->memory + arena->used;

	if (arena->allocations >= arena->max_allocations || size > room)
		return NULL;
	size = (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
	arena->used += size < room ? size : room;
	arena->allocations++;
	return memory;
}

static void arena_free(void *context, void *memory)
{
	(void)context;
	(void)memory; /* all at once, by arena_reset() */
}

static void arena_reset(struct iof_control_arena *arena)
{
	memset(arena->memory, 0, arena->used);
	arena->used = 0;
	arena->allocations = 0;
}

static void arena_init(struct iof_control_arena *arena, void *memory, size_t bytes, unsigned max_allocations)
{
	*arena = (struct iof_control_arena){
		.allocator = {.alloc = arena_allocate, .free = arena_free, .allocator_data = arena},
		.memory = memory,
		.size = bytes,
		.max_allocations = max_allocations,
	};
}

int iof_control_arena_create(struct iof_control_arena *arena, size_t bytes, unsigned max_allocations)
{
	void *memory = calloc(1, bytes);

	if (!memory)
		return -ENOMEM;
	arena_init(arena, memory, bytes, max_allocations);
	arena->owned = true;
	return 0;
}

void iof_control_arena_use(struct iof_control_arena *arena, void *memory, size_t bytes, unsigned max_allocations)
{
	memset(memory, 0, bytes);
	arena_init(arena, memory, bytes, max_allocations);
}

void iof_control_arena_destroy(struct iof_control_arena *arena)
{
	if (arena->owned)
		free(arena->memory);
	*arena = (struct iof_control_arena){0};
}

int iof_control_unpack_request(struct iof_control_arena *arena, const uint8_t *bytes, size_t length,
			       const Ioferry__ControlRequest **request)
{
	arena_reset(arena);
	*request = ioferry__control_request__unpack(&arena->allocator, length, bytes);
	return *request ? 0 : -EPROTO;
}

int iof_control_unpack_reply(struct iof_control_arena *arena, const uint8_t *bytes, size_t length,
			     const Ioferry__ControlReply **reply)
{
	arena_reset(arena);
	*reply = ioferry__control_reply__unpack(&arena->allocator, length, bytes);
	return *reply ? 0 : -EPROTO;
}

static ssize_t pack(const ProtobufCMessage *message, uint8_t *bytes, size_t size)
{
	if (protobuf_c_message_get_packed_size(message) > size)
		return -E2BIG;
	return (ssize_t)protobuf_c_message_pack(message, bytes);
}

ssize_t iof_control_pack_request(const Ioferry__ControlRequest *request, uint8_t *bytes, size_t size)
{
	return pack(&request->base, bytes, size);
}

ssize_t iof_control_pack_reply(const Ioferry__ControlReply *reply, uint8_t *bytes, size_t size)
{
	return pack(&reply->base, bytes, size);
}

void iof_control_interface(const struct iof_interface *interface, Ioferry__Interface *message, uint32_t *numbers,
			   uint64_t *hashes)
{
	ioferry__interface__init(message);
	message->name = (char *)(uintptr_t)interface->name; /* protobuf-c has no const strings */
	message->hash = interface->hash;
	message->read_hash = iof_io_hash(&interface->read);
	message->write_hash = iof_io_hash(&interface->write);
	if (!numbers || !hashes)
		return;
	for (uint32_t i = 0; i < interface->n_commands; i++) {
		numbers[i] = interface->commands[i].number[IOF_LAYOUT_LP64];
		hashes[i] = interface->commands[i].hash;
	}
	message->numbers = numbers;
	message->n_numbers = interface->n_commands;
	message->hashes = hashes;
	message->n_hashes = interface->n_commands;
}

bool iof_control_same_command(const Ioferry__Interface *message, const struct iof_command *command)
{
	size_t n = message->n_numbers < message->n_hashes ? message->n_numbers : message->n_hashes;
	uint32_t number = command->number[IOF_LAYOUT_LP64];

	/* Not sorted by trust: the other side may be wrong, and then only finds less. */
	for (size_t low = 0, high = n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (message->numbers[middle] == number)
			return message->hashes[middle] == command->hash;
		if (message->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool iof_device_name_is_sane(const char *name)
{
	size_t length = strlen(name);

	if (!length || length > 64 || name[0] == '/' || name[length - 1] == '/' || strstr(name, "//") ||
	    name[0] == '.' || strstr(name, "/."))
		return false;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:") == length;
}

/* FNV-1a, 64 bits: only equality matters, and both sides are of one project. */
static uint64_t hash_word(uint64_t hash, uint64_t word)
{
	for (unsigned i = 0; i < 8; i++)
		hash = (hash ^ (word >> (8 * i) & 0xff)) * 0x100000001b3u;
	return hash;
}

uint64_t iof_io_hash(const struct iof_io *io)
{
	const struct iof_type *type = io->record;
	uint64_t hash = 0xcbf29ce484222325u;

	if (!type)
		return 0;
	hash = hash_word(hash, io->count_records);
	hash = hash_word(hash, io->direction & IOF_INOUT); /* of IOF_OUT the rest does not travel */
	hash = hash_word(hash, io->max_count);
	hash = hash_word(hash, type->size[IOF_LAYOUT_LP64]);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const struct iof_field *field = &type->fields[i];

		hash = hash_word(hash, field->kind == IOF_CHARS ? IOF_BYTES : field->kind);
		hash = hash_word(hash, field->count);
		hash = hash_word(hash, field->size[IOF_LAYOUT_LP64]);
		hash = hash_word(hash, field->offset[IOF_LAYOUT_LP64]);
		hash = hash_word(hash, field->stride[IOF_LAYOUT_LP64]);
	}
	return hash ? hash : 1;
}

/* O_NONBLOCK and its like differ between architectures (alpha, mips, parisc, sparc); the wire has asm-generic's. */
static const struct {
	int native;
	uint32_t wire;
} open_flags[] = {
	{O_EXCL, 0200}, {O_APPEND, 02000}, {O_NONBLOCK, 04000}, {O_DSYNC, 010000}, {O_SYNC, 04010000},
};

uint32_t iof_open_flags_encode(int flags)
{
	uint32_t wire = (uint32_t)flags & O_ACCMODE;

	for (size_t i = 0; i < sizeof open_flags / sizeof open_flags[0]; i++)
		if ((flags & open_flags[i].native) == open_flags[i].native)
			wire |= open_flags[i].wire;
	return wire;
}

int iof_open_flags_decode(uint32_t wire)
{
	int flags = (int)(wire & 3);

	for (size_t i = 0; i < sizeof open_flags / sizeof open_flags[0]; i++)
		if ((wire & open_flags[i].wire) == open_flags[i].wire)
			flags |= open_flags[i].native;
	return flags;
}
