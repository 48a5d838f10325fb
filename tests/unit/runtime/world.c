/* SPDX-License-Identifier: MIT */
#include "world.h"
#include "scalar.h"
#include <string.h>

void world_init(struct world *world, iof_abi abi)
{
	memset(world, 0, sizeof *world);
	/* Not zeros, so that what nobody wrote is seen. */
	memset(world->bytes, 0xa5, sizeof world->bytes);
	world->abi = abi;
}

static bool inside(uint64_t address, size_t length)
{
	return address >= WORLD_BASE && address - WORLD_BASE <= WORLD_SIZE &&
	       WORLD_SIZE - (address - WORLD_BASE) >= length;
}

uint8_t *world_at(struct world *world, uint64_t address)
{
	assert_true(inside(address, 1));
	return world->bytes + (address - WORLD_BASE);
}

static bool is_there(const struct world *world, uint64_t address, size_t length)
{
	for (unsigned i = 0; i < world->n_there; i++) {
		const struct world_range *range = &world->there[i];

		if (address >= range->address && address + length <= range->address + range->length)
			return true;
	}
	return false;
}

static int world_read(void *context, uint64_t address, void *to, size_t length)
{
	struct world *world = context;

	world->reads++;
	if (!inside(address, length))
		return -EFAULT;
	if (world->retry && !is_there(world, address, length)) {
		assert_true(world->n_asked < WORLD_RANGES);
		world->asked[world->n_asked++] = (struct world_range){address, length};
		return -EAGAIN;
	}
	world->bytes_read += length;
	memcpy(to, world_at(world, address), length);
	return 0;
}

static int world_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct world *world = context;

	world->writes++;
	for (size_t i = 0; i < n_spans; i++) {
		if (!inside(spans[i].address, spans[i].length))
			return -EFAULT;
		assert_true(spans[i].length > 0);
		world->spans++;
		world->bytes_stored += spans[i].length;
		memcpy(world_at(world, spans[i].address), spans[i].data, spans[i].length);
	}
	return 0;
}

struct iof_memory world_memory(struct world *world)
{
	return (struct iof_memory){.read = world_read, .write = world_write, .context = world};
}

void world_next_round(struct world *world)
{
	for (unsigned i = 0; i < world->n_asked; i++) {
		assert_true(world->n_there < WORLD_RANGES);
		world->there[world->n_there++] = world->asked[i];
	}
	world->n_asked = 0;
}

static const struct iof_field *find_field(const struct iof_type *type, const char *name)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		if (!strcmp(type->fields[i].name, name))
			return &type->fields[i];
	}
	fail_msg("%s has no %s", type->name, name);
	return NULL;
}

void world_poke(struct world *world, const struct iof_type *type, uint64_t address, const char *name, uint64_t value)
{
	const struct iof_field *field = find_field(type, name);
	enum iof_layout layout = IOF_ABI_LAYOUT(world->abi);

	iof_scalar_store(world_at(world, address + field->offset[layout]), field->size[layout],
			 world->abi & IOF_BIG_ENDIAN, value);
}

uint64_t world_peek(struct world *world, const struct iof_type *type, uint64_t address, const char *name)
{
	const struct iof_field *field = find_field(type, name);
	enum iof_layout layout = IOF_ABI_LAYOUT(world->abi);

	return iof_scalar_load(world_at(world, address + field->offset[layout]), field->size[layout],
			       world->abi & IOF_BIG_ENDIAN);
}

void call_init(struct call *call, struct world *world, const struct iof_command *command, uint64_t argument)
{
	*call = (struct call){.world = world, .command = command, .argument = argument};
	call->guest = iof_walk_create(1 << 16);
	call->host = iof_walk_create(1 << 16);
	assert_non_null(call->guest);
	assert_non_null(call->host);
}

void call_end(struct call *call)
{
	iof_walk_destroy(call->guest);
	iof_walk_destroy(call->host);
}

int call_gather(struct call *call)
{
	struct iof_memory memory = world_memory(call->world);

	return iof_gather(call->guest, call->command, call->command->number[IOF_ABI_LAYOUT(call->world->abi)],
			  call->world->abi, call->argument, &memory, &call->request, &call->request_size,
			  &call->null_argument);
}

int call_unpack(struct call *call)
{
	return iof_unpack(call->host, call->command, call->command->number[IOF_LAYOUT_LP64], call->request,
			  call->request_size, call->null_argument, &call->driver_argument);
}

static int32_t result_of(long result)
{
	return result < 0 ? 0 : (int32_t)result;
}

static uint32_t error_of(long result)
{
	return result < 0 ? (uint32_t)-result : 0;
}

int call_pack(struct call *call, long result)
{
	return iof_pack(call->host, result_of(result), error_of(result), &call->reply, &call->reply_size);
}

int call_scatter(struct call *call, long result)
{
	struct iof_memory memory = world_memory(call->world);

	return iof_scatter(call->guest, call->reply, call->reply_size, result_of(result), error_of(result), &memory);
}

void call_run(struct call *call, driver *run)
{
	long result;

	assert_int_equal(call_gather(call), 0);
	assert_int_equal(call_unpack(call), 0);
	result = run(call->driver_argument);
	assert_int_equal(call_pack(call, result), 0);
	assert_int_equal(call_scatter(call, result), 0);
}

#define COMMAND(command_name, shape_function)                                                                          \
	const struct iof_command command_name = {                                                                      \
		.name = #command_name,                                                                                 \
		.number = ALL(0x707),                                                                                  \
		.mask = UINT32_MAX,                                                                                    \
		.argument = IOF_ARG_POINTER,                                                                           \
		.shape = (shape_function),                                                                             \
	}

static const struct iof_field rdwr_fields[] = {
	{"msgs", IOF_POINTER, 1, LONG(8, 4), ALL(0), LONG(8, 4)},
	{"nmsgs", IOF_UINT, 1, ALL(4), LONG(8, 4), ALL(4)},
};
const struct iof_type type_rdwr = {"rdwr", LONG(16, 8), 1, 1, N_FIELDS(rdwr_fields), .fields = rdwr_fields};

static const struct iof_field message_fields[] = {
	{"addr", IOF_UINT, 1, ALL(2), ALL(0), ALL(2)},
	{"flags", IOF_UINT, 1, ALL(2), ALL(2), ALL(2)},
	{"len", IOF_UINT, 1, ALL(2), ALL(4), ALL(2)},
	{"buf", IOF_POINTER, 1, LONG(8, 4), ALL(8), LONG(8, 4)},
};
const struct iof_type type_message = {
	"message", LONG(16, 12), 1, 1, N_FIELDS(message_fields), .fields = message_fields};

static void rdwr_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_rdwr, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 42, EINVAL, "arg.nmsgs");
	const struct iof_segment *msgs = iof_walk_pointer(walk, arg, 0, 0, &type_message, n, IOF_IN, IOF_LIST);

	for (uint32_t i = 0; i < n && iof_walk_ok(walk); i++) {
		uint32_t len = (uint32_t)iof_segment_uint(msgs, i, 4, 2);
		bool read = iof_segment_uint(msgs, i, 2, 2) & 1;

		iof_walk_pointer(walk, msgs, i, 8, &iof_type_u8, len, read ? IOF_OUT : IOF_IN, 0);
	}
}
COMMAND(command_rdwr, rdwr_shape);

static const struct iof_field mixed_fields[] = {
	{"a", IOF_UINT, 1, ALL(1), ALL(0), ALL(1)},
	{"b", IOF_SINT, 1, LONG(8, 4), LONG(8, 4), LONG(8, 4)},
	{"c", IOF_UINT, 1, ALL(8), LONG(16, 8), ALL(8)},
	{"name", IOF_CHARS, 5, ALL(1), LONG(24, 16), ALL(1)},
	{"t", IOF_SINT, 1, EACH(8, 4, 4, 8), LONG(32, 24), EACH(8, 4, 4, 8)},
};
const struct iof_type type_mixed = {"mixed", EACH(40, 28, 32, 32),   1,
				    0,       N_FIELDS(mixed_fields), .fields = mixed_fields};

static void mixed_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_mixed, 1, IOF_INOUT, IOF_NULLABLE);
}
COMMAND(command_mixed, mixed_shape);

static const struct iof_field list_fields[] = {
	{"count", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
};
const struct iof_type type_list = {"list", EACH(8, 4, 8, 8), 1, 0, N_FIELDS(list_fields), .fields = list_fields};

static void list_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_list, 1, IOF_INOUT, 0);
	uint32_t count = (uint32_t)iof_walk_clamp(walk, arg, 0, 0, 4, 16);
	const struct iof_segment *list = iof_walk_flexible(walk, arg, &type_mixed, count, IOF_OUT);

	iof_walk_slack(walk, list, 4);
	iof_walk_returned(walk, list, arg, 0, 0, 4, false);
}
COMMAND(command_list, list_shape);

static const struct iof_field choice_fields[] = {
	{"select", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"u", IOF_UNION, 1, EACH(16, 12, 16, 16), EACH(8, 4, 8, 8), EACH(16, 12, 16, 16)},
};
const struct iof_type type_choice = {"choice", EACH(24, 16, 24, 24),    1,
				     0,        N_FIELDS(choice_fields), .fields = choice_fields};

static const struct iof_field choice_l_fields[] = {
	{"l", IOF_SINT, 1, LONG(8, 4), ALL(0), LONG(8, 4)},
};
const struct iof_type type_choice_l = {"choice_l", LONG(8, 4), 1, 0, 1, .fields = choice_l_fields};

static const struct iof_field choice_s_fields[] = {
	{"x", IOF_UINT, 1, ALL(1), ALL(0), ALL(1)},
	{"y", IOF_UINT, 1, ALL(8), EACH(8, 4, 8, 8), ALL(8)},
};
const struct iof_type type_choice_s = {"choice_s", EACH(16, 12, 16, 16), 0xd, 0, 2, .fields = choice_s_fields};

static const struct iof_field choice_p_fields[] = {
	{"p", IOF_POINTER, 1, LONG(8, 4), ALL(0), LONG(8, 4)},
};
const struct iof_type type_choice_p = {"choice_p", LONG(8, 4), 1, 1, 1, .fields = choice_p_fields};

static void choice_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_choice, 1, IOF_INOUT, 0);
	uint64_t select = iof_segment_uint(arg, 0, 0, 4);

	switch (select) {
	case 1: iof_walk_arm(walk, arg, 0, 8, &type_choice_l); break;
	case 2: iof_walk_arm(walk, arg, 0, 8, &type_choice_s); break;
	case 3:
		iof_walk_arm(walk, arg, 0, 8, &type_choice_p);
		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, 1, IOF_INOUT, 0);
		break;
	default: iof_walk_reject(walk, EINVAL, "arg.select", select);
	}
}
COMMAND(command_choice, choice_shape);

static const struct iof_field option_fields[] = {
	{"size", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"value", IOF_POINTER, 1, LONG(8, 4), LONG(8, 4), LONG(8, 4)},
	{"nothing", IOF_POINTER, 1, LONG(8, 4), LONG(16, 8), LONG(8, 4)},
};
const struct iof_type type_option = {"option", LONG(24, 12), 1, 2, N_FIELDS(option_fields), .fields = option_fields};

static void option_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_option, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4096, EINVAL, "arg.size");
	const struct iof_segment *value = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, size, IOF_OUT_EXACT, 0);

	iof_walk_returned(walk, value, arg, 0, 0, 4, true);
	iof_walk_pointer(walk, arg, 0, 16, &iof_type_u32, 1, IOF_INOUT, IOF_NULLABLE);
}
COMMAND(command_option, option_shape);
