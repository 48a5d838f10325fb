/* SPDX-License-Identifier: MIT */
#include "guest/preload/config.h"
#include <fnmatch.h>
#include <ioferry/log.h>
#include <stdlib.h>
#include <string.h>

static struct {
	char address[256];
	char patterns[1024]; /* NUL after each, empty one at the end */
	bool has_patterns;
} config;

void config_load(void)
{
	enum iof_log_level level = IOF_LOG_WARNING;
	const char *text = getenv("IOFERRY_LOG");

	if (text && *text && iof_log_level_parse(text, &level))
		level = IOF_LOG_WARNING;
	iof_log_setup(NULL, NULL, level);
	text = getenv("IOFERRY_ADDRESS");
	if (text && strlen(text) < sizeof config.address)
		memcpy(config.address, text, strlen(text) + 1);
	text = getenv("IOFERRY_DEVICES");
	if (!text || !*text || strlen(text) > sizeof config.patterns - 2)
		return;
	memcpy(config.patterns, text, strlen(text) + 1);
	for (char *at = config.patterns; *at; at++) {
		if (*at == ':')
			*at = 0;
	}
	config.has_patterns = true;
}

const char *config_address(void)
{
	return config.address[0] ? config.address : NULL;
}

bool config_has_patterns(void)
{
	return config.has_patterns;
}

/* What every program opens and no host may take over. A name that ends in '/' stands for what is below it. */
static bool is_kernels(const char *name)
{
	static const char *const names[] = {"null",    "zero", "full",  "random", "urandom", "tty",
					    "console", "ptmx", "stdin", "stdout", "stderr",  "kmsg",
					    "log",     "fd/",  "pts/",  "shm/",   "mqueue/", "hugepages/"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);

		if (names[i][length - 1] == '/' ? !strncmp(name, names[i], length) : !strcmp(name, names[i]))
			return true;
	}
	return false;
}

bool config_allows(const char *name, bool *named)
{
	*named = false;
	if (is_kernels(name))
		return false;
	if (!config.has_patterns)
		return true;
	for (const char *pattern = config.patterns; *pattern; pattern += strlen(pattern) + 1) {
		if (!fnmatch(pattern, name, 0))
			*named = true;
	}
	return *named;
}
