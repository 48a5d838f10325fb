/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* With a level in front, as journald reads it from a service's stderr. */
static void log_to_stderr(void *context, enum iof_log_level level, const char *line)
{
	const struct front *front = context;

	(void)fprintf(stderr, "<%d>%s: %s\n", (int)level, front->kind->options.program, line);
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

/* 0: go on; 1: done, leave with success; negative errno. */
static int configure(struct front *front, const struct front_kind *kind, int argc, char **argv)
{
	int ret;

	front->kind = kind;
	options_init(&front->options, &kind->options);
	ret = options_parse(&front->options, argc, argv);
	if (ret) {
		options_destroy(&front->options);
		return ret;
	}
	iof_log_setup(log_to_stderr, front, front->options.log_level);
	fuse_set_log_func(log_from_libfuse);
	return 0;
}

static void on_signal(void *context, uint32_t events)
{
	struct front *front = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(front->signals.fd, &info, sizeof(info)) != sizeof(info))
		return;
	iof_log(IOF_LOG_NOTICE, "%s: the nodes go away", strsignal((int)info.ssi_signo));
	front->loop.stop = true;
}

static int watch_signals(struct front *front)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	(void)signal(SIGPIPE, SIG_IGN);
	front->signals = (struct loop_source){
		.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal, .context = front};
	if (front->signals.fd < 0)
		return -errno;
	return loop_watch(&front->loop, &front->signals, EPOLLIN);
}

static int init(struct front *front)
{
	int ret;

	front->signals.fd = front->link.connected.fd = -1;
	ret = loop_init(&front->loop);
	if (!ret)
		ret = watch_signals(front);
	if (!ret)
		ret = link_init(front);
	if (!ret && front->kind->start)
		ret = front->kind->start(front);
	return ret;
}

void front_settle(struct front *front)
{
	calls_settle(front);
	link_settle(front);
	refresh_settle(front);
	nodes_settle(front);
}

static int run(struct front *front)
{
	int ret = 0;

	link_connect(front);
	(void)sd_notifyf(0, "READY=1\nSTATUS=Waiting for %s", front->options.address);
	while (!ret && !front->loop.stop) {
		ret = loop_turn(&front->loop);
		front_settle(front);
	}
	(void)sd_notify(0, "STOPPING=1");
	return ret;
}

static void fini(struct front *front)
{
	link_fini(front); /* answers every call with ENODEV */
	nodes_destroy(front);
	if (front->kind->stop)
		front->kind->stop(front);
	calls_destroy(front);
	loop_forget(&front->loop, &front->signals);
	if (front->signals.fd >= 0)
		close(front->signals.fd);
	loop_fini(&front->loop);
	free(front->buffer.mem);
	options_destroy(&front->options);
}

int front_main(struct front *front, const struct front_kind *kind, int argc, char **argv)
{
	int ret = configure(front, kind, argc, argv);

	if (ret)
		return ret == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
	ret = init(front);
	if (!ret)
		ret = run(front);
	if (ret)
		iof_log(IOF_LOG_ERR, "%s", strerror(-ret));
	fini(front);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
