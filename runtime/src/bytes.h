/* SPDX-License-Identifier: MIT */
/**
 * @file bytes.h
 * The C library's functions over bytes, one line each, with the contracts that the proof takes for granted
 * (docs/proof.md): what is behind a void pointer is out of its reach.
 */
#ifndef IOFERRY_BYTES_H
#define IOFERRY_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

#endif
