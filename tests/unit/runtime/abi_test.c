/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <string.h>

/* Bytes counted by hand from the ABIs' documents, not from a compiler. */
static const uint8_t lp64[40] = {
	0x11, 0,    0,    0,    0,    0,    0,    0,    /* a, padding */
	0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* b = -2 */
	8,    7,    6,    5,    4,    3,    2,    1,    /* c */
	'h',  'e',  'l',  'l',  'o',  0,    0,    0,    /* name, padding */
	0xff, 0xff, 0xff, 0x7f, 0,    0,    0,    0,    /* t */
};
static const uint8_t i386[28] = {
	0x11, 0, 0,   0,   0xfe, 0xff, 0xff, 0xff, 8, 7, 6,    5,    4,    3,
	2,    1, 'h', 'e', 'l',  'l',  'o',  0,    0, 0, 0xff, 0xff, 0xff, 0x7f,
};
static const uint8_t eabi32[32] = {
	0x11, 0,   0,   0,   0xfe, 0xff, 0xff, 0xff, 8,    7,    6,    5,    4, 3, 2, 1,
	'h',  'e', 'l', 'l', 'o',  0,    0,    0,    0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0,
};
static const uint8_t eabi32_big[32] = {
	0x11, 0,   0,   0,   0xff, 0xff, 0xff, 0xfe, 1,    2,    3,    4,    5, 6, 7, 8,
	'h',  'e', 'l', 'l', 'o',  0,    0,    0,    0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0,
};
static const uint8_t lp64_big[40] = {
	0x11, 0, 0, 0, 0,   0,   0,   0,   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 1,    2,    3,    4,
	5,    6, 7, 8, 'h', 'e', 'l', 'l', 'o',  0,    0,    0,    0,    0,    0,    0,    0x7f, 0xff, 0xff, 0xff,
};

static const struct {
	iof_abi abi;
	const uint8_t *bytes;
	size_t size;
} images[] = {
	{IOF_LAYOUT_LP64, lp64, sizeof lp64},
	{IOF_LAYOUT_I386, i386, sizeof i386},
	{IOF_LAYOUT_EABI32, eabi32, sizeof eabi32},
	{IOF_LAYOUT_EABI32_TIME64, eabi32, sizeof eabi32}, /* t's upper half is the padding of the other */
	{IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN, eabi32_big, sizeof eabi32_big},
	{IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN, lp64_big, sizeof lp64_big},
};
#define N_IMAGES (sizeof images / sizeof images[0])

static void each_abi_becomes_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_IMAGES; i++) {
		uint8_t out[80], twice[80];

		memset(out, 0xee, sizeof out);
		assert_int_equal(iof_type_size(&type_mixed, images[i].abi), images[i].size);
		iof_type_to_canonical(&type_mixed, images[i].abi, images[i].bytes, out, 1);
		assert_memory_equal(out, lp64, sizeof lp64);
		assert_int_equal(out[40], 0xee);
		memcpy(twice, images[i].bytes, images[i].size);
		memcpy(twice + images[i].size, images[i].bytes, images[i].size);
		iof_type_to_canonical(&type_mixed, images[i].abi, twice, out, 2);
		assert_memory_equal(out + 40, lp64, sizeof lp64);
	}
}

static void canonical_becomes_each_abi_and_padding_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_IMAGES; i++) {
		uint8_t zeros[40] = {0}, ones[40];

		memset(ones, 0xff, sizeof ones);
		iof_type_from_canonical(&type_mixed, images[i].abi, lp64, zeros, 1);
		iof_type_from_canonical(&type_mixed, images[i].abi, lp64, ones, 1);
		assert_memory_equal(zeros, images[i].bytes, images[i].size);
		/* Behind `a` there is padding in every layout. */
		assert_int_equal(ones[1], 0xff);
		assert_int_equal(ones[0], 0x11);
	}
}

static void widening_depends_on_the_kind(void **state)
{
	static const struct iof_field fields[] = {
		{"s", IOF_SINT, 1, LONG(8, 4), ALL(0), LONG(8, 4)},
		{"u", IOF_UINT, 1, LONG(8, 4), LONG(8, 4), LONG(8, 4)},
		{"n", IOF_SENTINEL, 2, LONG(8, 4), LONG(16, 8), LONG(8, 4)},
		{"p", IOF_POINTER, 1, LONG(8, 4), LONG(32, 16), LONG(8, 4)},
	};
	static const struct iof_type type = {"widths", LONG(40, 20), 1, 1, N_FIELDS(fields), .fields = fields};
	static const uint32_t narrow[] = {0x80000000, 0x80000000, 0xffffffff, 0xfffffffe, 0xfffffff0};
	static const uint64_t wide[] = {UINT64_C(0xffffffff80000000), 0x80000000, UINT64_MAX, 0xfffffffe, 0xfffffff0};
	uint32_t back[5] = {0, 0, 0, 0, 77};
	uint64_t out[5];

	(void)state;
	iof_type_to_canonical(&type, IOF_LAYOUT_I386, narrow, out, 1);
	assert_memory_equal(out, wide, sizeof wide);
	iof_type_from_canonical(&type, IOF_LAYOUT_I386, out, back, 1);
	assert_memory_equal(back, narrow, 16);
	assert_int_equal(back[4], 77); /* pointers are the caller's */
	/* To 32 bits a value truncates, and a large one does not turn into the sentinel. */
	out[2] = UINT64_C(0x1ffffffff);
	out[1] = UINT64_C(0x123456789);
	iof_type_from_canonical(&type, IOF_LAYOUT_I386, out, back, 1);
	assert_int_equal(back[1], 0x23456789);
	assert_int_equal(back[2], 0xffffffff);
}

/* {u8 tag; union {u32 number; struct {u8 form; union {u16 word; u8 bytes[2];}} inner;}}, with what tells them. */
static const struct iof_field inner_fields[] = {
	{"form", IOF_UINT, 1, ALL(1), ALL(0), ALL(1)},
	{"content", IOF_UNION, 1, ALL(2), ALL(2), ALL(2)},
};
static const struct iof_tagged_arm inner_arms[] = {{7, &iof_type_u16}};
static const struct iof_tagged inner_tagged[] = {{1, 0, 1, inner_arms}};
static const struct iof_type inner_type = {
	"inner", ALL(4), 0xf, 0, 2, .fields = inner_fields, .n_tagged = 1, .tagged = inner_tagged,
};
static const struct iof_field told_fields[] = {
	{"tag", IOF_SINT, 2, ALL(1), ALL(0), ALL(8)},
	{"value", IOF_UNION, 2, ALL(4), ALL(4), ALL(8)},
};
static const struct iof_tagged_arm told_arms[] = {{1, &iof_type_u32}, {UINT64_MAX, &inner_type}};
static const struct iof_tagged told_tagged[] = {{1, 0, 2, told_arms}};
static const struct iof_type told_type = {
	"told", ALL(16), 0xf, 0, 2, .fields = told_fields, .n_tagged = 1, .tagged = told_tagged,
};

static void a_field_tells_what_a_union_holds(void **state)
{
	static const uint8_t big[][16] = {
		{1, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0xff, 0, 0, 0, 7, 0, 0x11, 0x22},
		{2, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0xff, 0, 0, 0, 8, 0, 0x11,
		 0x22}, /* nothing that is known: bytes */
	};
	static const uint8_t canonical[][16] = {
		{1, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0xff, 0, 0, 0, 7, 0, 0x22, 0x11},
		{2, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0xff, 0, 0, 0, 8, 0, 0x11, 0x22},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t to[16], back[16] = {0};

		iof_type_to_canonical(&told_type, IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN, big[i], to, 1);
		assert_memory_equal(to, canonical[i], sizeof to);
		iof_type_from_canonical(&told_type, IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN, to, back, 1);
		assert_memory_equal(back, big[i], sizeof back);
	}
}

/* What is shorter than its union leaves the rest as it was. */
static void an_arm_leaves_the_rest_of_its_union(void **state)
{
	static const struct iof_tagged_arm arms[] = {{1, &iof_type_u16}};
	static const struct iof_tagged tagged[] = {{1, 0, 1, arms}};
	static const struct iof_type type = {
		"short", ALL(16), 0xf, 0, 2, .fields = told_fields, .n_tagged = 1, .tagged = tagged,
	};
	static const uint8_t canonical[16] = {1, 0, 0, 0, 0x44, 0x33, 0x22, 0x11};
	static const uint8_t expected[8] = {1, 0xee, 0xee, 0xee, 0x33, 0x44, 0xee, 0xee};
	uint8_t to[16];

	(void)state;
	memset(to, 0xee, sizeof to);
	iof_type_from_canonical(&type, IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN, canonical, to, 1);
	assert_memory_equal(to, expected, sizeof expected);
}

static void canonical_is_told_by_layout_and_order(void **state)
{
	(void)state;
	assert_true(iof_type_is_canonical(&iof_type_u64, IOF_LAYOUT_I386));
	assert_false(iof_type_is_canonical(&iof_type_u64, IOF_LAYOUT_I386 | IOF_BIG_ENDIAN));
	assert_true(iof_type_is_canonical(&iof_type_long, IOF_LAYOUT_LP64));
	assert_false(iof_type_is_canonical(&iof_type_long, IOF_LAYOUT_EABI32));
	assert_false(iof_type_is_canonical(&type_mixed, IOF_LAYOUT_EABI32_TIME64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_abi_becomes_canonical),
		cmocka_unit_test(canonical_becomes_each_abi_and_padding_stays),
		cmocka_unit_test(widening_depends_on_the_kind),
		cmocka_unit_test(a_field_tells_what_a_union_holds),
		cmocka_unit_test(an_arm_leaves_the_rest_of_its_union),
		cmocka_unit_test(canonical_is_told_by_layout_and_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
