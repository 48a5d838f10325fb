/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ioferry/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static const struct {
	const char *name;
	enum iof_log_level level;
} levels[] = {
	{"error", IOF_LOG_ERR}, {"warning", IOF_LOG_WARNING}, {"notice", IOF_LOG_NOTICE},
	{"info", IOF_LOG_INFO}, {"debug", IOF_LOG_DEBUG},
};

#define N_LEVELS (sizeof levels / sizeof levels[0])

/* One write a line, so that lines of several threads and processes do not mix. */
static void to_stderr(void *context, enum iof_log_level level, const char *line)
{
	char text[LINE_MAX_BYTES + 16];
	const char *name = "";
	int length;

	(void)context;
	for (size_t i = 0; i < N_LEVELS; i++) {
		if (levels[i].level == level)
			name = levels[i].name;
	}
	length = snprintf(text, sizeof text, "%s: %s\n", name, line);
	if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0)
		return;
}

/* The process's one log; set up before threads start, read-only afterwards. */
static struct {
	iof_log_sink *sink;
	void *context;
	enum iof_log_level level;
} setup = {.sink = to_stderr, .level = IOF_LOG_NOTICE};

void iof_log_setup(iof_log_sink *sink, void *context, enum iof_log_level level)
{
	setup.sink = sink ? sink : to_stderr;
	setup.context = context;
	setup.level = level;
}

bool iof_log_enabled(enum iof_log_level level)
{
	return level <= setup.level;
}

/* A terminal obeys control characters, and a line break forges a line. Bytes from 0x80 are UTF-8's, of which
 * C1 controls (c2 80 to c2 9f) are escaped. */
static void escape(const char *from, char *to, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const char *end = to + size - 1;

	for (; *from && end - to >= 4; from++) {
		unsigned char c = (unsigned char)*from;
		bool c1 = c == 0xc2 && (unsigned char)from[1] >= 0x80 && (unsigned char)from[1] < 0xa0;

		if (c >= 0x20 && c != 0x7f && !c1) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	*to = '\0';
}

void iof_log(enum iof_log_level level, const char *format, ...)
{
	char raw[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
	int saved = errno;
	va_list args;

	if (!iof_log_enabled(level))
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof raw, format, args);
	va_end(args);
	escape(raw, line, sizeof line);
	setup.sink(setup.context, level, line);
	errno = saved;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool iof_log_allowed(struct iof_log_limit *limit, uint32_t burst, uint32_t interval_ms, uint32_t *dropped)
{
	uint64_t now = now_ms();

	if (!limit->started) {
		limit->started = true;
		limit->allowance = burst;
		limit->next_ms = now + interval_ms;
	}
	if (limit->allowance) {
		limit->allowance--;
	} else if (now >= limit->next_ms) {
		limit->next_ms = now + interval_ms;
	} else {
		limit->dropped++;
		return false;
	}
	*dropped = limit->dropped;
	limit->dropped = 0;
	return true;
}

int iof_log_level_parse(const char *name, enum iof_log_level *level)
{
	for (size_t i = 0; i < N_LEVELS; i++) {
		if (!strcmp(name, levels[i].name)) {
			*level = levels[i].level;
			return 0;
		}
	}
	return -EINVAL;
}
