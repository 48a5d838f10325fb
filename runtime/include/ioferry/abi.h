/* SPDX-License-Identifier: MIT */
/**
 * @file abi.h
 * Layouts of C types in the ABIs that a caller or a driver may have, and the conversion between them.
 *
 * On the wire a value lies as the LP64 little-endian ABI lays it out ("canonical"). A side converts only
 * if its own ABI differs; where a type's image is the same, conversion is one copy.
 */
#ifndef IOFERRY_ABI_H
#define IOFERRY_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A layout: width of long and pointers, alignment of 8-byte integers, width of time_t. */
enum iof_layout {
	IOF_LAYOUT_LP64,          /**< 64-bit long and pointers (x86-64, aarch64, riscv64) */
	IOF_LAYOUT_I386,          /**< 32-bit, 8-byte integers aligned to 4 */
	IOF_LAYOUT_EABI32,        /**< 32-bit, 8-byte integers aligned to 8 (armhf, and most 32-bit RISC) */
	IOF_LAYOUT_EABI32_TIME64, /**< as EABI32, time_t and suseconds_t 64 bits wide */
	IOF_LAYOUTS
};

/** An ABI is a layout and a byte order: `layout | IOF_BIG_ENDIAN`. */
typedef unsigned iof_abi;
#define IOF_BIG_ENDIAN      4u
#define IOF_ABI_LAYOUT(abi) ((enum iof_layout)((abi)&3u))

/** What the wire carries. */
#define IOF_ABI_CANONICAL ((iof_abi)IOF_LAYOUT_LP64)

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IOF_NATIVE_ORDER IOF_BIG_ENDIAN
#else
#define IOF_NATIVE_ORDER 0u
#endif

/** The ABI this file is compiled for. */
#if defined(__LP64__)
#define IOF_ABI_NATIVE ((iof_abi)IOF_LAYOUT_LP64 | IOF_NATIVE_ORDER)
#elif defined(__i386__)
#define IOF_ABI_NATIVE ((iof_abi)IOF_LAYOUT_I386 | IOF_NATIVE_ORDER)
#elif defined(__USE_TIME_BITS64) || (defined(_TIME_BITS) && _TIME_BITS == 64)
#define IOF_ABI_NATIVE ((iof_abi)IOF_LAYOUT_EABI32_TIME64 | IOF_NATIVE_ORDER)
#else
#define IOF_ABI_NATIVE ((iof_abi)IOF_LAYOUT_EABI32 | IOF_NATIVE_ORDER)
#endif

/** How a scalar travels between layouts. Narrowing truncates always; widening depends on the kind. */
enum iof_kind {
	IOF_UINT,     /**< widens with zeros */
	IOF_SINT,     /**< widens with its sign */
	IOF_SENTINEL, /**< unsigned whose all-ones value means "none" and stays all ones when widened */
	IOF_POINTER,  /**< user pointer: on the wire 0 for NULL, 1 for present */
	IOF_BYTES,    /**< bytes without order */
	IOF_CHARS,    /**< as IOF_BYTES; traces print it as text */
	IOF_UNION,    /**< region whose arm iof_walk_arm() or the type's iof_tagged names; without an arm it is bytes */
};

/** A scalar, or equally spaced scalars, inside a type. Offsets, sizes and strides in bytes, per layout. */
struct iof_field {
	const char *name; /**< as the IDL spells it, "timestamp.tv_sec"; for traces and messages */
	uint8_t kind;     /**< enum iof_kind */
	uint32_t count;   /**< 1, or the number of elements of an array */
	uint32_t size[IOF_LAYOUTS];
	uint32_t offset[IOF_LAYOUTS];
	uint32_t stride[IOF_LAYOUTS];
};

/** How a trace shows an integer. */
enum iof_form {
	IOF_FORM_PLAIN, /**< decimal */
	IOF_FORM_HEX,
	IOF_FORM_ENUM,  /**< the name of its value */
	IOF_FORM_FLAGS, /**< the names of its bits */
};

/** A value and its name. Negative values are sign-extended. */
struct iof_name {
	uint64_t value;
	const char *name;
};

/** What a trace knows of a field, or of an argument by value. Nothing of it travels, and nothing else reads it. */
struct iof_show {
	uint16_t field; /**< index among the type's fields */
	uint8_t form;   /**< enum iof_form */
	uint16_t shown; /**< 1 + index of the field that says how many elements of the array mean something; 0: all */
	uint16_t n_names;
	const struct iof_name *names; /**< flags of several bits before those of one */
};

/** What a union holds with a value of the field that tells it. */
struct iof_tagged_arm {
	uint64_t tag; /**< negative values are sign-extended */
	const struct iof_type *type;
};

/** A union and the field beside it that tells what it holds, in each image anew: a driver may be who chooses. With a
 *  value that no arm has it is copied as bytes. */
struct iof_tagged {
	uint16_t field; /**< the union, index among the type's fields */
	uint16_t tag;   /**< an integer, of as many elements */
	uint16_t n_arms;
	const struct iof_tagged_arm *arms;
};

/** A type of an interface. Constant, generated, shared by all threads. */
struct iof_type {
	const char *name;
	uint32_t size[IOF_LAYOUTS];
	uint8_t same;       /**< bit 1 << layout is set where the little-endian image equals the canonical one, that of
				 every arm of its unions included */
	uint8_t n_pointers; /**< number of IOF_POINTER fields (0 makes a copy possible without a look at fields) */
	uint16_t n_fields;
	const struct iof_field *fields; /**< in order of their LP64 offsets */
	const char *tail;               /**< name of the flexible array behind it, for traces; NULL: none */
	const struct iof_show *shows;   /**< ascending in field; fields without one are plain */
	uint16_t n_shows;
	uint16_t n_tagged;
	const struct iof_tagged *tagged;
};

/** The types that every interface may use without declaring them; as elements of arrays and pointees. */
extern const struct iof_type iof_type_u8, iof_type_u16, iof_type_u32, iof_type_u64;
extern const struct iof_type iof_type_s8, iof_type_s16, iof_type_s32, iof_type_s64;
extern const struct iof_type iof_type_long, iof_type_ulong, iof_type_char;

/** Bytes of one element in an ABI. */
static inline size_t iof_type_size(const struct iof_type *type, iof_abi abi)
{
	return type->size[IOF_ABI_LAYOUT(abi)];
}

/** As the IDL spells it, for messages. */
static inline const char *iof_type_name(const struct iof_type *type)
{
	return type->name;
}

/** Whether an image of the type in this ABI is the canonical image, bit for bit. */
static inline bool iof_type_is_canonical(const struct iof_type *type, iof_abi abi)
{
	return !(abi & IOF_BIG_ENDIAN) && (type->same >> IOF_ABI_LAYOUT(abi) & 1);
}

/** What element @p index of the union @p field of @p type holds in the image @p from, as a struct iof_tagged of the
 * type tells; NULL: bytes, or what iof_walk_arm() says. */
const struct iof_type *iof_type_tagged(const struct iof_type *type, const struct iof_field *field, uint32_t index,
				       iof_abi abi, const uint8_t *from);

/**
 * Converts @p count elements at @p from, laid out as @p abi says, to canonical ones at @p to. Pointers are
 * widened, not interpreted. Padding becomes zero. The areas must not overlap; sizes follow from type and
 * count. Cannot fail; thread-safe.
 */
void iof_type_to_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count);

/**
 * Converts @p count canonical elements at @p from to the layout @p abi at @p to. Bytes that no field covers
 * (padding) and IOF_POINTER fields are left as they are at @p to.
 */
void iof_type_from_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count);

#endif
