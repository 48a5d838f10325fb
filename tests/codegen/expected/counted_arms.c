/* SPDX-License-Identifier: MIT */
/* Generated from features/counted_arms.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

#define TO_DEVICE 1
#define NOTHING   3

/*
 * struct request {
 *     u8 direction;
 *     u8 n_pieces;
 *     u32 length;
 *     (direction == TO_DEVICE ? in : inout) union switch (direction, n_pieces) {
 *     case (NOTHING, *):
 *         void;
 *     case (*, 0):
 *         u8 bytes[length, max 256];
 *     default:
 *         in struct piece list[n_pieces, max 4];
 *     } *data nullable;
 * }
 */
static const struct iof_field fields_request[] = {
	{"direction", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"n_pieces", IOF_UINT, 1, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
	{"length", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"data", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
};

static const struct iof_type type_request = {
	.name = "request",
	.size = {16, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 4,
	.fields = fields_request,
};

/*
 * struct piece {
 *     (arg.direction == TO_DEVICE ? in : inout) void *base[length, max 64];
 *     size_t length;
 * }
 */
static const struct iof_field fields_piece[] = {
	{"base", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"length", IOF_UINT, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_piece = {
	.name = "piece",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_piece,
};

/* ioctl TRANSFER = 1 (inout struct request *arg); */
static void transfer_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_request, 1, IOF_INOUT, 0);
	uint64_t direction = iof_segment_uint(arg, 0, 0, 1);
	uint64_t n_pieces = iof_segment_uint(arg, 0, 1, 1);
	unsigned direction2 = IOF_INOUT;

	if (direction == TO_DEVICE)
		direction2 = IOF_IN;

	if (direction == NOTHING) {
		/* nothing is there */
	} else if (n_pieces == 0) {
		uint32_t length =
			(uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 4, 4), 0, 256, EINVAL, "arg.length");

		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, length, direction2, IOF_NULLABLE);
	} else {
		uint32_t n_pieces2 = (uint32_t)iof_walk_bound(walk, n_pieces, 0, 4, EINVAL, "n_pieces");
		const struct iof_segment *list =
			iof_walk_pointer(walk, arg, 0, 8, &type_piece, n_pieces2, IOF_IN, IOF_NULLABLE | IOF_LIST);

		if (list->present) {
			for (uint32_t i = 0; i < n_pieces2 && iof_walk_ok(walk); i++) {
				uint32_t length2 = (uint32_t)iof_walk_bound(walk, iof_segment_uint(list, i, 8, 8), 0,
									    64, EINVAL, "arg.list.length");

				iof_walk_pointer(walk, list, i, 0, &iof_type_u8, length2,
						 direction == TO_DEVICE ? IOF_IN : IOF_INOUT, 0);
			}
		}
	}
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "TRANSFER",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x3465b8486800eaca,
		.shape = transfer_shape,
	},
};

extern const struct iof_interface counted_arms_interface;

const struct iof_interface counted_arms_interface = {
	.name = "counted_arms",
	.driver = "a test",
	.node = "counted_arms",
	.hash = 0x4bcf960fd875de54,
	.commands = commands,
	.n_commands = 1,
	.poll = false,
};
