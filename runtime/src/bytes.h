/* SPDX-License-Identifier: MIT */
/**
 * @file bytes.h
 * The C library's functions over bytes, one line each, with the contracts that the proof takes for granted
 * (docs/proof.md): what is behind a void pointer is out of its reach.
 */
#ifndef IOFERRY_BYTES_H
#define IOFERRY_BYTES_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*@ // 256 to the power of n, for the at most 8 bytes of a scalar
    logic integer scalar_power(integer n) =
      n <= 0 ? 1 : n == 1 ? 0x100 : n == 2 ? 0x10000 : n == 3 ? 0x1000000 : n == 4 ? 0x100000000 :
      n == 5 ? 0x10000000000 : n == 6 ? 0x1000000000000 : n == 7 ? 0x100000000000000 : 0x10000000000000000;
    // what n bytes mean
    logic integer scalar_little(uint8_t *at, integer n) = n <= 0 ? 0 : at[0] + 0x100 * scalar_little(at + 1, n - 1);
    logic integer scalar_big(uint8_t *at, integer n) = n <= 0 ? 0 : 0x100 * scalar_big(at, n - 1) + at[n - 1];
*/

/*@ requires \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
    requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1] \from from[0 .. n - 1];
    exits \false; */
static inline void bytes_copy(uint8_t *to, const uint8_t *from, size_t n)
{
	memcpy(to, from, n);
}

/*@ requires \valid(to + (0 .. n - 1));
    assigns to[0 .. n - 1] \from value;
    exits \false; */
static inline void bytes_fill(uint8_t *to, uint8_t value, size_t n)
{
	memset(to, value, n);
}

/** The first NUL of @p n bytes, or NULL. */
/*@ requires \valid_read(at + (0 .. n - 1));
    assigns \result \from at, n, at[0 .. n - 1];
    exits \false;
    ensures \result == \null || \exists integer i; 0 <= i < n && \result == at + i; */
static inline const uint8_t *bytes_nul(const uint8_t *at, size_t n)
{
	return memchr(at, 0, n);
}

/*@ requires \valid_read(a + (0 .. n - 1)) && \valid_read(b + (0 .. n - 1));
    assigns \result \from a[0 .. n - 1], b[0 .. n - 1];
    exits \false; */
static inline int bytes_compare(const uint8_t *a, const uint8_t *b, size_t n)
{
	return memcmp(a, b, n);
}

/** Little-endian values, in one instruction each: compilers make none of a loop over bytes. */
/*@ requires \valid_read(at + (0 .. 3));
    assigns \result \from at[0 .. 3];
    exits \false;
    ensures \result == scalar_little(at, 4); */
static inline uint32_t bytes_load_32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return le32toh(value);
}

/*@ requires \valid_read(at + (0 .. 7));
    assigns \result \from at[0 .. 7];
    exits \false;
    ensures \result == scalar_little(at, 8); */
static inline uint64_t bytes_load_64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return le64toh(value);
}

/*@ requires \valid(at + (0 .. 3));
    assigns at[0 .. 3] \from value;
    exits \false; */
static inline void bytes_store_32(uint8_t *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof value);
}

/*@ requires \valid(at + (0 .. 7));
    assigns at[0 .. 7] \from value;
    exits \false; */
static inline void bytes_store_64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof value);
}

#endif
