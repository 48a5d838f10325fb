/* SPDX-License-Identifier: MIT */
/**
 * @file plan.h
 * What `ioferryc plan` prints: the declarations of an interface as tables, for tests. Nothing here comes from the shape
 * functions or descriptors that carry the calls; docs/testing.md says why.
 *
 * Offsets and sizes are in bytes, one per layout in the order of enum iof_layout. All tables are constant.
 */
#ifndef IOFERRY_HOST_MIRROR_PLAN_H
#define IOFERRY_HOST_MIRROR_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_LAYOUTS 4
#define PLAN_STEPS   6 /**< members between a record and a field that an expression names */

enum plan_kind {
	PLAN_UINT,
	PLAN_SINT,
	PLAN_SENTINEL, /**< unsigned; all ones stay all ones where it becomes wider */
	PLAN_BYTES,    /**< characters */
	PLAN_POINTER,
	PLAN_STRUCT,
	PLAN_UNION,  /**< its arms look the same everywhere: bytes */
	PLAN_SWITCH, /**< a union that fields choose from; of the request, unless it is returned */
};

/** Values of a direction's expression. */
enum plan_direction { PLAN_IN = 1, PLAN_OUT = 3, PLAN_EXACT = 2 };

/** Expressions are in postfix order; PLAN_END ends one. */
enum plan_code {
	PLAN_END,
	PLAN_CONST,
	PLAN_READ, /**< the field at path */
	PLAN_SIZE, /**< _IOC_SIZE(command) */
	PLAN_NR,   /**< _IOC_NR(command) */
	PLAN_NEGATE,
	PLAN_INVERT,
	PLAN_NOT,
	PLAN_MUL,
	PLAN_DIV,
	PLAN_MOD,
	PLAN_ADD,
	PLAN_SUB,
	PLAN_SHL,
	PLAN_SHR,
	PLAN_LT,
	PLAN_GT,
	PLAN_LE,
	PLAN_GE,
	PLAN_EQ,
	PLAN_NE,
	PLAN_AND,
	PLAN_XOR,
	PLAN_OR,
	PLAN_BOTH,   /**< && */
	PLAN_EITHER, /**< || */
	PLAN_CHOOSE, /**< test, yes, no */
};

/** A field: so many records up from where the expression stands, then down from member to member. A member that is a
 *  pointer leads to what it points to. */
struct plan_path {
	uint8_t up;
	uint8_t n_steps;
	uint16_t steps[PLAN_STEPS];
};

struct plan_op {
	uint8_t code; /**< enum plan_code */
	struct plan_path path;
	int64_t value;
};

/** A value worth trying. */
struct plan_value {
	int64_t value;
	bool good; /**< as far as this field alone decides, the call is carried */
};

struct plan_type {
	const char *name;
	uint8_t kind; /**< enum plan_kind */
	uint32_t size[PLAN_LAYOUTS];
	const struct plan_member *members; /**< PLAN_STRUCT */
	uint16_t n_members;
	const struct plan_path *selectors; /**< PLAN_SWITCH */
	uint8_t n_selectors;
	bool returned; /**< PLAN_SWITCH: the selector counts as it is in each message, also as the driver leaves it */
	const struct plan_arm *arms;
	uint16_t n_arms;
};

/** The labels of an arm: for each selector a value, or any. */
struct plan_label {
	int64_t values[PLAN_STEPS];
	uint8_t any; /**< bit per selector */
};

struct plan_arm {
	const struct plan_label *labels;
	uint16_t n_labels;
	bool otherwise;                   /**< default: what no label of any arm chooses */
	int reject;                       /**< errno; 0: none */
	const struct plan_member *member; /**< NULL: nothing is there */
};

struct plan_member {
	const char *name;
	const struct plan_type *type;
	uint32_t count; /**< elements of an array; 1 */
	bool flexible;  /**< an array of variable length behind the record, as reach says */
	uint32_t offset[PLAN_LAYOUTS];
	const struct plan_reach *reach; /**< PLAN_POINTER: what it points to */
	const struct plan_range *range;
	const struct plan_used *used;
	const struct plan_op *descriptor; /**< NULL, or whether a value that is not negative is a file descriptor */
	const struct plan_value *values;
	uint16_t n_values;
	/** Where a value of chance is wanted that does no harm: low, low + step, ... up to high. step 0: any value. */
	uint32_t low, high, step;
	bool tells; /**< it is the selector of a union that is returned */
};

struct plan_range {
	int64_t low, high;
	int error;
};

/** So many elements of an array inside a record mean something. */
struct plan_used {
	const struct plan_op *count;
	uint32_t max;
	int error;
};

enum plan_returned { PLAN_ALL, PLAN_BY_FIELD, PLAN_BY_RESULT };

/** Memory behind a pointer, the argument, or behind a record. */
struct plan_reach {
	const struct plan_type *type;    /**< of an element; PLAN_SWITCH: of the arm that is chosen */
	const struct plan_op *count;     /**< NULL: one element */
	const struct plan_op *direction; /**< NULL: the chosen arm's */
	uint32_t max;
	uint32_t unit; /**< bytes that count is divided by; 0: it counts elements */
	int error;     /**< errno of a count that is too great */
	bool bounded, clamp, string, nullable;
	uint32_t slack;
	uint8_t returned; /**< enum plan_returned */
	bool returned_bytes;
	struct plan_path counter;
	const struct plan_member *content; /**< stands for a pointee that is no record: its range, its values */
};

enum plan_argument { PLAN_NO_ARGUMENT, PLAN_BY_VALUE, PLAN_IN_MEMORY, PLAN_UNSUPPORTED };

enum plan_force { PLAN_FORCE_VALUE, PLAN_FORCE_NULL, PLAN_FORCE_FAULT };

/** Something worth a case of its own. */
struct plan_choice {
	const char *what; /**< "arg.count = 16" */
	uint8_t force;    /**< enum plan_force */
	uint8_t n_members;
	struct {
		const struct plan_member *member; /**< NULL: the argument itself */
		int64_t value;
	} members[PLAN_STEPS];
};

struct plan_command {
	const char *name;
	uint32_t number[PLAN_LAYOUTS];
	uint32_t parameter; /**< bits of the number that are a parameter */
	uint8_t argument;   /**< enum plan_argument */
	bool value_signed;
	bool may_wait; /**< not inline: a cancel can end it */
	const struct plan_reach *reach;
	const struct plan_op *timeout; /**< NULL: none; in units of ... */
	int64_t timeout_ns;
	bool has_forever;
	int64_t forever;
	const struct plan_choice *choices;
	uint16_t n_choices;
};

/** read or write; reach->type is a record. */
struct plan_io {
	const struct plan_reach *reach; /**< NULL: not offered; max is in records */
	bool count_records;
};

struct plan_interface {
	const char *name;
	const char *driver;
	const struct plan_command *commands;
	uint16_t n_commands;
	struct plan_io read, write;
	bool poll;
};

extern const struct plan_op plan_in[], plan_out[], plan_exact[]; /**< directions that nothing chooses */

/** All plans of this program (generated), NULL-terminated. */
extern const struct plan_interface *const plan_interfaces[];

#endif
