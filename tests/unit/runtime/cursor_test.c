/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "cursor.h"
#include "world.h"
#include <string.h>

static void takes_in_order_and_no_more(void **state)
{
	const uint8_t bytes[7] = {1, 0, 0, 0, 5, 6, 7};
	struct iof_cursor cursor;

	(void)state;
	iof_cursor_init(&cursor, bytes, sizeof bytes);
	assert_int_equal(iof_cursor_u32(&cursor), 1);
	assert_ptr_equal(iof_cursor_take(&cursor, 3), bytes + 4);
	assert_true(iof_cursor_done(&cursor));
	assert_non_null(iof_cursor_take(&cursor, 0));
	assert_null(iof_cursor_take(&cursor, 1));
	assert_int_equal(cursor.err, IOF_CURSOR_SHORT);
}

static void errors_stay(void **state)
{
	const uint8_t bytes[16] = {0};
	struct iof_cursor cursor;

	(void)state;
	iof_cursor_init(&cursor, bytes, sizeof bytes);
	assert_null(iof_cursor_take(&cursor, SIZE_MAX));
	assert_null(iof_cursor_take(&cursor, 1));
	assert_null(iof_cursor_take(&cursor, 0));
	assert_int_equal(iof_cursor_u32(&cursor), 0);
	assert_false(iof_cursor_done(&cursor));
}

static void padding_must_be_zero(void **state)
{
	uint8_t bytes[16] = {0};
	struct iof_cursor cursor;

	(void)state;
	iof_cursor_init(&cursor, bytes, sizeof bytes);
	iof_cursor_align(&cursor, 8);
	assert_int_equal(cursor.off, 0);
	iof_cursor_take(&cursor, 3);
	iof_cursor_align(&cursor, 8);
	assert_int_equal(cursor.off, 8);
	bytes[15] = 1;
	iof_cursor_take(&cursor, 1);
	iof_cursor_align(&cursor, 8);
	assert_int_equal(cursor.err, IOF_CURSOR_PADDING);
	assert_null(iof_cursor_take(&cursor, 0));
}

static void arena_is_zero_after_each_use(void **state)
{
	static _Alignas(16) uint8_t area[256];
	struct iof_arena arena;
	uint8_t *first, *second;

	(void)state;
	iof_arena_init(&arena, area, sizeof area);
	first = iof_arena_take(&arena, 3, 1);
	memset(first, 0xff, 3);
	second = iof_arena_take(&arena, 5, 8);
	assert_int_equal((uintptr_t)second % 8, 0);
	assert_ptr_equal(iof_arena_extend(&arena, second + 5, 4), second + 5);
	memset(second, 0xff, 9);
	iof_arena_rewind(&arena, 0);
	first = iof_arena_take(&arena, 64, 1);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(first[i], 0);
	iof_arena_release(&arena);
}

/* Raw memory is as it was left; all round it is zeros. */
static void arena_clears_round_raw_memory(void **state)
{
	static _Alignas(16) uint8_t area[256];
	struct iof_arena arena;
	uint8_t *raw;

	(void)state;
	iof_arena_init(&arena, area, sizeof area);
	memset(iof_arena_take(&arena, 200, 16), 0xff, 200);
	iof_arena_rewind(&arena, 0);
	raw = iof_arena_take_raw(&arena, 20, 16);
	assert_ptr_equal(raw, area);
	assert_non_null(iof_arena_take(&arena, 8, 16));
	assert_int_equal(iof_arena_touched(&arena), 200);
	iof_arena_settle(&arena);
	assert_int_equal(iof_arena_touched(&arena), arena.used);
	iof_arena_release(&arena);
	for (unsigned i = 0; i < sizeof area; i++)
		assert_int_equal(area[i], i < 20 ? 0xff : 0);
}

static void arena_ends(void **state)
{
	static _Alignas(16) uint8_t area[64];
	struct iof_arena arena;
	uint8_t *at;

	(void)state;
	iof_arena_init(&arena, area, sizeof area);
	assert_null(iof_arena_take(&arena, 65, 1));
	assert_null(iof_arena_take(&arena, SIZE_MAX, 16));
	at = iof_arena_take(&arena, 60, 1);
	assert_non_null(at);
	assert_null(iof_arena_extend(&arena, at + 60, 5));
	assert_null(iof_arena_extend(&arena, at + 59, 1)); /* not the last take's end */
	assert_non_null(iof_arena_extend(&arena, at + 60, 4));
	assert_null(iof_arena_take(&arena, 1, 1));
	iof_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_in_order_and_no_more),    cmocka_unit_test(errors_stay),
		cmocka_unit_test(padding_must_be_zero),          cmocka_unit_test(arena_is_zero_after_each_use),
		cmocka_unit_test(arena_clears_round_raw_memory), cmocka_unit_test(arena_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
