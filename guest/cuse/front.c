/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

int front_init(struct front *front)
{
	int ret;

	front->signals.fd = front->link.connected.fd = -1;
	ret = loop_init(&front->loop);
	if (!ret)
		ret = watch_signals(front);
	if (!ret)
		ret = link_init(front);
	return ret;
}

void front_settle(struct front *front)
{
	calls_settle(front);
	link_settle(front);
	refresh_settle(front);
	nodes_settle(front);
}

void front_fini(struct front *front)
{
	link_fini(front); /* answers every call with ENODEV */
	nodes_destroy(front);
	calls_destroy(front);
	loop_forget(&front->loop, &front->signals);
	if (front->signals.fd >= 0)
		close(front->signals.fd);
	loop_fini(&front->loop);
	free(front->buffer.mem);
	options_destroy(&front->options);
}
