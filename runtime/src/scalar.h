/* SPDX-License-Identifier: MIT */
/**
 * @file scalar.h
 * Scalars of 1 to 8 bytes in either byte order at any alignment.
 */
#ifndef IOFERRY_SCALAR_H
#define IOFERRY_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t iof_scalar_load(const uint8_t *at, uint32_t size, bool big)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < size; i++)
		value = value << 8 | at[big ? i : size - 1 - i];
	return value;
}

static inline void iof_scalar_store(uint8_t *at, uint32_t size, bool big, uint64_t value)
{
	for (uint32_t i = 0; i < size; i++) {
		at[big ? size - 1 - i : i] = (uint8_t)value;
		value >>= 8;
	}
}

/** All ones of this many bytes, at most 8. */
static inline uint64_t iof_scalar_ones(uint32_t size)
{
	return size < 8 ? (UINT64_C(1) << 8 * size) - 1 : UINT64_MAX;
}

/** A value of @p size bytes, sign-extended. */
static inline uint64_t iof_scalar_extend(uint64_t value, uint32_t size)
{
	uint64_t ones = iof_scalar_ones(size);

	return value & (ones ^ ones >> 1) ? value | ~ones : value;
}

#endif
