/* SPDX-License-Identifier: MIT */
/* Values of every size at every alignment, in both orders, against arithmetic: what the proof takes for granted of
 * bytes.h. */
#include "scalar.h"
#include "world.h"
#include <string.h>

static uint64_t value_of(const uint8_t *at, uint32_t size, bool big)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < size; i++)
		value |= (uint64_t)at[big ? size - 1 - i : i] << 8 * i;
	return value;
}

static void loads_are_the_value(void **state)
{
	uint8_t bytes[24];

	(void)state;
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(0x81 + 0x1d * i);
	for (unsigned at = 0; at < 8; at++) {
		for (uint32_t size = 0; size <= 8; size++) {
			assert_int_equal(iof_scalar_load(bytes + at, size, false), value_of(bytes + at, size, false));
			assert_int_equal(iof_scalar_load(bytes + at, size, true), value_of(bytes + at, size, true));
		}
	}
}

static void stores_are_loaded_and_touch_nothing_else(void **state)
{
	const uint64_t value = UINT64_C(0x8192a3b4c5d6e7f8);
	uint8_t bytes[24];

	(void)state;
	for (unsigned at = 1; at < 9; at++) {
		for (uint32_t size = 0; size <= 8; size++) {
			for (int big = 0; big < 2; big++) {
				memset(bytes, 0xee, sizeof bytes);
				iof_scalar_store(bytes + at, size, big, value);
				assert_int_equal(value_of(bytes + at, size, big), value & iof_scalar_ones(size));
				assert_int_equal(bytes[at - 1], 0xee);
				assert_int_equal(bytes[at + size], 0xee);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_are_the_value),
		cmocka_unit_test(stores_are_loaded_and_touch_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
