/* SPDX-License-Identifier: MIT */
/**
 * @file shape.h
 * What generated code is made of: the descriptors of an interface, and the calls with which a command's
 * shape function walks everything its argument reaches.
 *
 * One shape function serves all four passes of a call. The guest walks the caller's memory and fills the
 * message (gather); the host walks the message and builds the driver's memory (unpack). Each walk records
 * the segments it met, and from this record the way back (pack on the host, scatter in the guest) needs no
 * generated code. Counts, selectors and flags are always read from the canonical image, so a shape function
 * knows nothing of ABIs.
 *
 * Errors are sticky: after the first one each call yields an absent segment of zeros, so that shape
 * functions stay straight lines; loops ask iof_walk_ok().
 */
#ifndef IOFERRY_SHAPE_H
#define IOFERRY_SHAPE_H

#include <ioferry/abi.h>

struct iof_walk;

/** Which way the bytes of a segment travel. The driver's buffer always starts with the caller's bytes,
 *  because drivers write parts of what they return; only IOF_OUT_EXACT memory starts as zeros. */
enum iof_direction {
	IOF_IN = 1,        /**< to the driver only */
	IOF_INOUT = 3,     /**< both ways */
	IOF_OUT = 7,       /**< as IOF_INOUT; a trace does not show what was sent, which means nothing */
	IOF_OUT_EXACT = 2, /**< from the driver only: it writes every byte that is returned; with an errno nothing is */
};

/** Flags of iof_walk_pointer() and iof_walk_arg(). */
enum iof_segment_flags {
	IOF_NULLABLE = 1, /**< NULL is allowed and yields an absent segment; without it NULL is EFAULT */
	IOF_LIST = 2,     /**< declared as several structures: a trace shows one of them as a list, too */
};

/** Memory that an argument reaches: @c count elements of one type. Valid until the walk is reset. */
struct iof_segment {
	const struct iof_type *type;
	const uint8_t *canonical; /**< the canonical image; NULL where there is none: read with iof_segment_uint() */
	uint32_t count;           /**< elements; 0 where absent */
	bool present;             /**< false: NULL, or the walk has failed */
	uint16_t index;           /**< position among the walk's segments */
};

/** The @p index-th segment of a walk that has succeeded; absent where there are fewer (for timeouts, traces). */
const struct iof_segment *iof_walk_segment(const struct iof_walk *walk, unsigned index);

/** Little-endian scalar at byte @p offset of element @p element; 0 where the element does not exist. */
uint64_t iof_segment_uint(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size);
/** As iof_segment_uint(), sign-extended. */
int64_t iof_segment_int(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size);

/** False once anything was rejected. */
bool iof_walk_ok(const struct iof_walk *walk);

/** The full 32-bit LP64 command number of the call (for families whose size or nr is a parameter). */
uint32_t iof_walk_command(const struct iof_walk *walk);

/**
 * The memory the argument points to. First call of every shape function.
 * @param type      element type
 * @param count     elements (1 for a plain struct)
 * @param direction enum iof_direction
 * @param flags     enum iof_segment_flags
 * @return the segment, never NULL; absent where the argument is NULL or unreadable.
 */
const struct iof_segment *iof_walk_arg(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
				       unsigned direction, unsigned flags);

/**
 * Elements that lie inline behind a header: the flexible array of @p head, the segment walked last. A segment is one
 * flexible array's head at most. The size of the head's type is the offset of the array, in each layout.
 */
const struct iof_segment *iof_walk_flexible(struct iof_walk *walk, const struct iof_segment *head,
					    const struct iof_type *type, uint32_t count, unsigned direction);

/** What the pointer at canonical @p offset of element @p element of @p parent points to. */
const struct iof_segment *iof_walk_pointer(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					   uint32_t offset, const struct iof_type *type, uint32_t count,
					   unsigned direction, unsigned flags);

/** A NUL-terminated string of at most @p max bytes with its NUL, behind a pointer; its length travels. */
const struct iof_segment *iof_walk_string(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					  uint32_t offset, uint32_t max, unsigned direction, unsigned flags);

/** Says that the IOF_UNION field at canonical @p offset of an element of @p segment holds a @p type. */
void iof_walk_arm(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
		  const struct iof_type *type);

/**
 * Says that only part of @p segment comes back: as many elements (bytes, if @p bytes) as the field at
 * (@p counter, @p element, @p offset, @p size) holds after the call. More than the capacity is an error of
 * the driver, except together with an errno (two-call size queries), where all is returned.
 */
void iof_walk_returned(struct iof_walk *walk, const struct iof_segment *segment, const struct iof_segment *counter,
		       uint32_t element, uint32_t offset, uint32_t size, bool bytes);
/** As iof_walk_returned(): the count is the ioctl's own (positive) result. */
void iof_walk_returned_result(struct iof_walk *walk, const struct iof_segment *segment, bool bytes);

/** Spare bytes behind a segment's end in the driver's memory, for drivers that write past it; never returned.
 *  Right after the segment was walked. */
void iof_walk_slack(struct iof_walk *walk, const struct iof_segment *segment, uint32_t bytes);

/**
 * Rejects the call with @p error (a positive errno) unless min <= value <= max.
 * @param what the field as the IDL spells it, for the log line
 * @return @p value, or 0 where it was rejected, so that it is safe as a count
 */
uint64_t iof_walk_bound(struct iof_walk *walk, uint64_t value, uint64_t min, uint64_t max, int error, const char *what);
/**
 * The count at (@p offset, @p size) of an element of @p segment, lowered to @p max if it is greater (IDL: clamp).
 * The field itself is lowered too, in the message and in the driver's memory: a driver that read the caller's
 * count would write past the list.
 */
uint64_t iof_walk_clamp(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
			uint32_t size, uint64_t max);
/** Rejects the call with ENOTTY if @p value is a file descriptor of the caller's, which means nothing on the host.
 *  Negative values (as int64_t) are none: drivers take them for "no file". */
void iof_walk_no_descriptor(struct iof_walk *walk, uint64_t value, const char *what);
/** Rejects the call: @p what holds a value that selects nothing. */
void iof_walk_reject(struct iof_walk *walk, int error, const char *what, uint64_t value);

/** What the third argument of ioctl() is. */
enum iof_argument {
	IOF_ARG_NONE,        /**< ignored by the driver; the driver gets 0 */
	IOF_ARG_VALUE,       /**< the value itself, 8 bytes on the wire */
	IOF_ARG_POINTER,     /**< memory: the shape function walks it */
	IOF_ARG_UNSUPPORTED, /**< cannot be carried; @c why says what prevents it */
};

enum iof_command_flags {
	IOF_CMD_BLOCKING = 1,      /**< may wait for an event; may be cancelled */
	IOF_CMD_INLINE = 2,        /**< known not to wait: the session thread runs it without a successor in reserve */
	IOF_CMD_RESTART = 4,       /**< driver returns ERESTARTSYS on a signal (else EINTR) */
	IOF_CMD_IDEMPOTENT = 8,    /**< repeating it changes nothing (read-only, consumes nothing) */
	IOF_CMD_VALUE_SIGNED = 16, /**< IOF_ARG_VALUE: a 32-bit caller's value is sign-extended */
	IOF_CMD_NO_CUSE = 32,      /**< a device node cannot carry it (the VFS takes the number); @c why */
	IOF_CMD_NO_CHARDEV = 64,   /**< the daemon never issues it on a real node; @c why */
};

/** One ioctl command. */
struct iof_command {
	const char *name;
	uint32_t number[IOF_LAYOUTS];         /**< the caller's number in each layout; [0] travels */
	uint32_t mask;                        /**< bits of the number that identify it: all, or fewer for a family */
	uint8_t argument;                     /**< enum iof_argument */
	uint8_t flags;                        /**< enum iof_command_flags */
	uint8_t value_size;                   /**< IOF_ARG_VALUE: bytes of its type in LP64, for traces; 0: 8 */
	uint64_t hash;                        /**< of all wire-relevant facts */
	void (*shape)(struct iof_walk *walk); /**< NULL unless IOF_ARG_POINTER */
	/** Longest wait in ms that the argument asks for: 0 poll, -1 forever. NULL: unknown. */
	int64_t (*timeout_ms)(const struct iof_walk *walk);
	const char *why;             /**< unsupported, NO_CUSE, NO_CHARDEV: the reason, one sentence */
	const struct iof_show *show; /**< IOF_ARG_VALUE: how a trace shows it; NULL: plain */
};

/** The LP64 number that travels for a caller's @p number: a family's parameter bits are kept as the caller gave them.
 */
static inline uint32_t iof_command_number(const struct iof_command *command, uint32_t number)
{
	return (command->number[IOF_LAYOUT_LP64] & command->mask) | (number & ~command->mask);
}

/** How read() or write() of an interface counts and what it moves. */
struct iof_io {
	const struct iof_type *record; /**< element; &iof_type_u8 for a byte stream; NULL: not offered */
	bool count_records;            /**< count and result are records (can4linux), else bytes of the caller's ABI */
	uint8_t direction;             /**< enum iof_direction of the buffer (can4linux' write is IOF_INOUT) */
	uint8_t flags;                 /**< IOF_CMD_BLOCKING, IOF_CMD_RESTART */
	uint32_t max_count;            /**< most records in one call */
};

enum { IOF_VERSION_PARTS = 4 };

/** Where a driver tells its version: a file, or the result of a command whose argument is a value. */
struct iof_version_source {
	const char *path;  /**< NULL: a command */
	const char *after; /**< the version follows this text in the file; NULL: at its start */
	uint32_t number;   /**< LP64 number of the command */
	uint8_t n_parts;
	uint64_t argument;
	void (*parts)(uint64_t result, uint32_t parts[IOF_VERSION_PARTS]);
};

/** A piece of a companion file. {name}, {number}, {version} and {count} are filled in. */
struct iof_companion_part {
	const char *text;
	bool each; /**< once for each device whose number is in low .. high */
	uint32_t low, high;
};

/** A file below /proc or /sys that a driver's libraries look for. With {name} in the path: one for each device. */
struct iof_companion {
	const char *path;
	const struct iof_companion_part *parts;
	uint32_t n_parts;
};

/** A device interface: everything generated from one IDL file. Constant. */
struct iof_interface {
	const char *name;                   /**< "can4linux" */
	const char *driver;                 /**< driver and version it was read from */
	const char *node;                   /**< usual node name, "can%u" */
	uint64_t hash;                      /**< of all commands' hashes and of read, write and poll */
	const struct iof_command *commands; /**< sorted by number[IOF_LAYOUT_LP64] */
	uint32_t n_commands;
	struct iof_io read, write;
	bool poll;             /**< poll() is meaningful */
	bool nonblock_at_open; /**< drivers look at O_NONBLOCK when the file is opened, and never again */
	const char *version;   /**< that the driver should tell: "5.39" stands for 5.39.944 too; NULL: it tells none */
	const struct iof_version_source *version_sources; /**< the first that is there counts */
	const struct iof_companion *companions;
	uint8_t n_version_sources, n_companions;
};

/** The command that a caller of this layout means by @p number; NULL if undeclared. */
const struct iof_command *iof_interface_command(const struct iof_interface *interface, enum iof_layout layout,
						uint32_t number);

/** All interfaces of this build (generated registry), NULL-terminated. */
extern const struct iof_interface *const iof_interfaces[];
/** The interface of this name; NULL if the build has none. */
const struct iof_interface *iof_interface_find(const char *name);

#endif
