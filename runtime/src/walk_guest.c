/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The memory was not read, for what reason. */
static __attribute__((cold, noinline)) int not_read(struct iof_walk *walk, const struct walk_record *record,
						    uint64_t address, void *to, size_t size, int error)
{
	memset(to, 0, size);
	if (error == -EAGAIN) {
		walk->again = true;
		return 0;
	}
	walk_fail(walk, -EFAULT, "%s: %zu bytes at 0x%" PRIx64 " cannot be read", walk_name(walk, record), size,
		  address);
	return -EFAULT;
}

static inline int read_memory(struct iof_walk *walk, const struct walk_record *record, uint64_t address, void *to,
			      size_t size)
{
	uint64_t last = IOF_ABI_LAYOUT(walk->abi) == IOF_LAYOUT_LP64 ? UINT64_MAX : UINT32_MAX;
	int error = -EFAULT;

	if (!size)
		return 0;
	if (address <= last && last - address >= size - 1)
		error = walk->memory->read(walk->memory->context, address, to, size);
	return error ? not_read(walk, record, address, to, size, error) : 0;
}

int walk_read(struct iof_walk *walk, const struct walk_record *record, uint64_t address, void *to, size_t size)
{
	return read_memory(walk, record, address, to, size);
}

/* The caller's ABI differs: its bytes are kept beside the message, for what comes back is compared with them. */
static __attribute__((noinline)) bool fetch_converted(struct iof_walk *walk, struct walk_record *record)
{
	record->native = iof_arena_take_raw(&walk->scratch, record->native_size, WALK_ALIGN);
	if (!record->native) {
		walk_fail(walk, -E2BIG, "%s: %zu bytes are too many", walk_name(walk, record), record->native_size);
		return false;
	}
	if (walk_read(walk, record, record->address, record->native, record->native_size))
		return false;
	iof_type_to_canonical(record->segment.type, walk->abi, record->native, record->image, record->segment.count);
	return true;
}

/* The caller's bytes go straight into the message where they lie there as they are: the one copy of a call. */
bool walk_fetch_guest(struct iof_walk *walk, struct walk_record *record)
{
	if (!(record->direction & IOF_IN))
		return true;
	record->image = walk_message_take(walk, record->size, !walk_follows(record, IOF_IN));
	if (!record->image)
		return false;
	record->segment.canonical = record->image;
	if (!iof_type_is_canonical(record->segment.type, walk->abi))
		return fetch_converted(walk, record);
	return !read_memory(walk, record, record->address, record->image, record->size);
}

/* Until here the slots held the caller's pointers, which the walk needed and the host must not see. */
static void hide_pointers(struct iof_walk *walk)
{
	for (struct walk_record *record = walk->segments; record < walk->segments + walk->n_segments; record++) {
		if (record->image && record->segment.present && !record->string && walk_has_pointers(walk, record))
			walk_each_slot(walk, record, record->image, record->size, NULL, walk_slot_presence);
	}
}

static void gather_value(struct iof_walk *walk, const struct iof_command *command)
{
	uint8_t *to = walk_message_take(walk, 8, true);
	uint64_t value = walk->argument;

	if (!to)
		return;
	if (IOF_ABI_LAYOUT(walk->abi) != IOF_LAYOUT_LP64) {
		value &= UINT32_MAX;
		if (command->flags & IOF_CMD_VALUE_SIGNED && value >> 31)
			value |= ~(uint64_t)UINT32_MAX;
	}
	for (unsigned i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

int iof_gather(struct iof_walk *walk, const struct iof_command *command, uint32_t number, iof_abi abi,
	       uint64_t argument, const struct iof_memory *memory, const void **payload, size_t *length,
	       bool *null_argument)
{
	int error;

	walk_begin(walk, WALK_GATHERING, abi);
	walk->command = iof_command_number(command, number);
	walk->argument = argument;
	walk->memory = memory;
	switch (command->argument) {
	case IOF_ARG_NONE: break;
	case IOF_ARG_VALUE: gather_value(walk, command); break;
	case IOF_ARG_POINTER:
		walk->null_argument = !argument;
		command->shape(walk);
		break;
	default: walk_fail(walk, -ENOTTY, "%s is not carried: %s", command->name, command->why ? command->why : "");
	}
	error = walk_end(walk, WALK_GATHERED);
	if (error)
		return error;
	hide_pointers(walk);
	walk->scatter_mark = walk->scratch.used;
	*payload = walk->message;
	*length = walk->message_size;
	*null_argument = walk->null_argument;
	return 0;
}
