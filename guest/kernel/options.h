/* SPDX-License-Identifier: MIT */
/**
 * @file options.h
 * What a front end is told: command line over configuration file over defaults.
 */
#ifndef GUEST_KERNEL_OPTIONS_H
#define GUEST_KERNEL_OPTIONS_H

#include <ioferry/log.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define OPTIONS_DEFAULT_ADDRESS "vsock:2:7700"
#define OPTIONS_NAME_MAX        64

/** How a process may reach its callers' memory. */
enum options_memory {
	OPTIONS_MEMORY_AUTO,     /**< process_vm where permitted, else what the kernel brings */
	OPTIONS_MEMORY_INDIRECT, /**< never process_vm */
};

/** What differs between front ends. */
struct options_kind {
	const char *program;  /**< "ioferry-cuse" */
	const char *manual;   /**< "docs/cuse.md" */
	const char *usage;    /**< what --help prints before the options */
	const char *indirect; /**< what OPTIONS_MEMORY_INDIRECT is called, and "auto" is else */
	const char *folder;   /**< of the nodes; NULL: the command line names it */
};

/** Wishes for one device of the host. */
struct options_device {
	char device[OPTIONS_NAME_MAX]; /**< the host's name */
	char node[OPTIONS_NAME_MAX];   /**< below /dev; "": the host's name */
	int mode;                      /**< permission bits; -1: the host's */
	uid_t uid;                     /**< (uid_t)-1: as the front end makes it */
	gid_t gid;
	int major, minor; /**< -1: the host's wish. Of device nodes only */
};

struct options {
	const struct options_kind *kind;
	char *address;
	char *folder; /**< of the nodes: "/dev"; NULL until the command line has named it */
	bool others;  /**< a mount point: of users whom the kernel would keep out, too */
	enum options_memory memory;
	enum iof_log_level log_level;
	unsigned interrupt_deadline_ms; /**< how long a signal may wait for the host before EINTR */
	unsigned connect_timeout_ms;
	unsigned retry_max_ms; /**< longest pause between attempts to connect */
	bool listed_only;      /**< only devices in the list below get a node */
	struct options_device *devices;
	size_t n_devices;
};

void options_init(struct options *options, const struct options_kind *kind);
void options_destroy(struct options *options);

/**
 * Reads a configuration file on top of what is there.
 * @param reason gets "FILE:LINE: what is wrong" when it fails
 * @return 0 or negative errno.
 */
int options_load(struct options *options, const char *path, char *reason, size_t reason_size);

/**
 * Reads the command line, and the file it names first.
 * @return 0: run; 1: done, leave with success; negative errno: bad usage, already reported to stderr.
 */
int options_parse(struct options *options, int argc, char **argv);

/** The wishes for the host's device @p name; NULL: none were stated. */
const struct options_device *options_device(const struct options *options, const char *name);

/** "auto", or the kind's other mode. 0 or -EINVAL. */
int options_set_memory(struct options *options, const char *mode);

/** Whether @p name may become a node: letters, digits and ._:+-, "/" between parts, no part "." or "..". */
bool options_node_name_ok(const char *name);

#endif
