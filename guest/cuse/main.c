/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* With a level in front, as journald reads it from a service's stderr. */
static void log_to_stderr(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)fprintf(stderr, "<%d>ioferry-cuse: %s\n", (int)level, line);
}

__attribute__((format(printf, 2, 0))) static void log_from_libfuse(enum fuse_log_level level, const char *format,
								   va_list list)
{
	char line[256];
	int length = vsnprintf(line, sizeof(line), format, list);

	(void)level;
	if (length > 0 && (size_t)length < sizeof(line) && line[length - 1] == '\n')
		line[length - 1] = '\0';
	iof_log(IOF_LOG_WARNING, "%s", line);
}

int main(int argc, char **argv)
{
	static struct front front;
	int ret;

	options_init(&front.options);
	ret = options_parse(&front.options, argc, argv);
	if (ret) {
		options_destroy(&front.options);
		return ret == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	iof_log_setup(log_to_stderr, NULL, front.options.log_level);
	fuse_set_log_func(log_from_libfuse);
	ret = front_init(&front);
	if (!ret)
		link_connect(&front);
	(void)sd_notifyf(0, "READY=1\nSTATUS=Waiting for %s", front.options.address);
	while (!ret && !front.loop.stop) {
		ret = loop_turn(&front.loop);
		front_settle(&front);
	}
	if (ret)
		iof_log(IOF_LOG_ERR, "%s", strerror(-ret));
	(void)sd_notify(0, "STOPPING=1");
	front_fini(&front);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
