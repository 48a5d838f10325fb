/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ioferry/log.h>
#include <ioferry/sys.h>
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
	if (length > 0)
		iof_sys(SYS_write, STDERR_FILENO, text, (size_t)length);
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

static bool is_control(const char *from, const char *begin)
{
	unsigned char c = (unsigned char)*from, next = (unsigned char)from[1];
	bool after_c2 = from > begin && (unsigned char)from[-1] == 0xc2;

	/* UTF-8 spells the controls 80 to 9f as c2 80 to c2 9f. */
	return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0) ||
	       (after_c2 && c >= 0x80 && c < 0xa0);
}

/* A terminal obeys control characters, and a line break forges a line. */
static void escape(const char *from, char *to, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const char *begin = from, *end = to + size - 1;

	for (; *from && end - to >= 4; from++) {
		if (!is_control(from, begin)) {
			*to++ = *from;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[(unsigned char)*from >> 4];
		*to++ = hex[(unsigned char)*from & 15];
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
