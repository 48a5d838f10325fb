/* SPDX-License-Identifier: MIT */
/**
 * @file log.h
 * Log lines with levels, to a sink that the program chooses. Libraries say nothing above IOF_LOG_DEBUG by
 * themselves except through this.
 */
#ifndef IOFERRY_LOG_H
#define IOFERRY_LOG_H

#include <stdbool.h>
#include <stdint.h>

/** syslog's numbers, so that "<3>" prefixes and journald priorities follow. */
enum iof_log_level { IOF_LOG_ERR = 3, IOF_LOG_WARNING, IOF_LOG_NOTICE, IOF_LOG_INFO, IOF_LOG_DEBUG };

typedef void iof_log_sink(void *context, enum iof_log_level level, const char *line);

/** Sets sink and greatest level for the process; before threads start. Default: stderr, IOF_LOG_NOTICE. */
void iof_log_setup(iof_log_sink *sink, void *context, enum iof_log_level level);
bool iof_log_enabled(enum iof_log_level level);
/** Writes one line (cut at 1023 bytes; control characters escaped, since a guest may have chosen them). Keeps errno.
 * Thread-safe. */
void iof_log(enum iof_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Lets @p burst lines through, then one per @p interval_ms with the number of lines left out. Zero state with = {0}.
 */
struct iof_log_limit {
	uint64_t next_ms;
	uint32_t allowance, dropped;
	bool started;
};
/** Whether to log now; @p dropped gets how many lines were left out since the last one. Not thread-safe: one per
 * session. */
bool iof_log_allowed(struct iof_log_limit *limit, uint32_t burst, uint32_t interval_ms, uint32_t *dropped);

/** Parses "error", "warning", "notice", "info", "debug". 0 or -EINVAL. */
int iof_log_level_parse(const char *name, enum iof_log_level *level);

#endif
