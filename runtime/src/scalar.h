/* SPDX-License-Identifier: MIT */
/**
 * @file scalar.h
 * Scalars of 1 to 8 bytes in either byte order at any alignment.
 */
#ifndef IOFERRY_SCALAR_H
#define IOFERRY_SCALAR_H

#include "bytes.h"
#include <stdbool.h>

/*@ requires size <= 8 && \valid_read(at + (0 .. size - 1));
    assigns \nothing;
    exits \false;
    ensures \result == (big ? scalar_big(at, size) : scalar_little(at, size));
    ensures \result < scalar_power(size); */
static inline uint64_t iof_scalar_load(const uint8_t *at, uint32_t size, bool big)
{
	uint64_t value = 0;

	if (!big && size == 8)
		return bytes_load_64(at);
	if (!big && size == 4)
		return bytes_load_32(at);
	/*@ loop invariant i <= size && value < scalar_power(i);
	    loop invariant value == (big ? scalar_big(at, i) : scalar_little(at + (size - i), i));
	    loop assigns i, value;
	    loop variant size - i; */
	for (uint32_t i = 0; i < size; i++)
		value = value * 0x100 + at[big ? i : size - 1 - i];
	return value;
}

/*@ requires size <= 8 && \valid(at + (0 .. size - 1));
    assigns at[0 .. size - 1];
    exits \false; */
static inline void iof_scalar_store(uint8_t *at, uint32_t size, bool big, uint64_t value)
{
	if (!big && size == 8) {
		bytes_store_64(at, value);
		return;
	}
	if (!big && size == 4) {
		bytes_store_32(at, (uint32_t)value);
		return;
	}
	/*@ loop invariant i <= size;
	    loop assigns i, value, at[0 .. size - 1];
	    loop variant size - i; */
	for (uint32_t i = 0; i < size; i++) {
		at[big ? size - 1 - i : i] = (uint8_t)value;
		value >>= 8;
	}
}

/** All ones of this many bytes, at most 8. */
/*@ assigns \nothing;
    exits \false; */
static inline uint64_t iof_scalar_ones(uint32_t size)
{
	return size < 8 ? (UINT64_C(1) << 8 * size) - 1 : UINT64_MAX;
}

/** A value of @p size bytes, sign-extended. */
/*@ assigns \nothing;
    exits \false; */
static inline uint64_t iof_scalar_extend(uint64_t value, uint32_t size)
{
	uint64_t ones = iof_scalar_ones(size);

	return value & (ones ^ ones >> 1) ? value | ~ones : value;
}

#endif
