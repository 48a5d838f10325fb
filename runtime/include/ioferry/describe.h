/* SPDX-License-Identifier: MIT */
/**
 * @file describe.h
 * Calls as text for people, in the style of strace:
 *
 *     {count=2 => 1, list=[{id=0x123, flags=RTR|EXT, data=01 02}, ...]}
 *
 * What stands behind "=>" is what came back, where it differs from what was sent. Only what came back is shown of
 * memory that the IDL declares "out". "..." stands for what is left out or not known: elements after the fourth,
 * numbers after the 16th, bytes after the 32nd, and an output after an errno that the driver did not write.
 *
 * Names are the IDL's. Everything else may be a hostile guest's or driver's: the text is printable ASCII whatever
 * there was, and never longer than its room. Nothing is allocated. One thread at a time for a text.
 */
#ifndef IOFERRY_DESCRIBE_H
#define IOFERRY_DESCRIBE_H

#include <ioferry/shape.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Text that stops growing when its room is full, and then ends in "...". Always NUL-terminated. */
struct iof_text {
	char *at;
	size_t size, used;
	bool full;
};

/** A text in the @p size bytes at @p room, which are borrowed. */
struct iof_text iof_text_make(char *room, size_t size);
void iof_text_add(struct iof_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** At most @p size characters between quotes; those that are not printable as \xNN. */
void iof_text_add_chars(struct iof_text *text, const uint8_t *chars, size_t size);

/** Adds an integer of @p size bytes as @p show says; NULL: decimal. */
void iof_describe_integer(struct iof_text *text, const struct iof_show *show, uint64_t value, uint32_t size,
			  bool is_signed);
/** Adds what the ioctl's third argument is: @p value of a command whose argument is IOF_ARG_VALUE. */
void iof_describe_value(struct iof_text *text, const struct iof_command *command, uint64_t value);
/** Adds "0", "3", "-1 EAGAIN (Resource temporarily unavailable)", or "-1 errno 257" for one that has no name. */
void iof_describe_result(struct iof_text *text, int64_t result, uint32_t error);

/**
 * Keeps what was sent, so that iof_describe_walk() can tell afterwards what has changed. Between iof_unpack() (or
 * iof_unpack_records()) and the driver. Costs a copy of the driver's memory, in the walk's own.
 */
void iof_walk_remember(struct iof_walk *walk);
/**
 * Adds the memory of the call: what was sent; after iof_pack() what came back, too; "..." after a pass that failed.
 * @param error the call's errno, or 0
 */
void iof_describe_walk(struct iof_text *text, const struct iof_walk *walk, uint32_t error);

#endif
