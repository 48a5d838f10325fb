/* SPDX-License-Identifier: MIT */
/* The main thread: listeners and signals. Guests have threads of their own. */
#include "host/daemon/daemon.h"

#include "host/daemon/listeners.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

enum { STOP_MS = 5000 };

struct daemon {
	const struct daemon_options *options;
	struct settings settings;
	struct engine *engine;
	struct listeners *listeners;
	int epoll, signals;
};

static void print_errors(const struct config *config)
{
	for (size_t i = 0; i < config_errors(config); i++)
		iof_log(IOF_LOG_ERR, "%s", config_error_text(config, i));
}

/* 0; -EINVAL after the errors were logged. */
static int load(const struct daemon_options *options, const struct device_set *before, struct settings *settings)
{
	struct config *config = config_load(options->config);
	int error = -ENOMEM;

	if (config && !options->n_listen)
		settings_require_listen(config);
	if (config)
		error = settings_read(config, before, settings);
	if (error == -EINVAL)
		print_errors(config);
	else if (error)
		iof_log(IOF_LOG_ERR, "%s: %s", options->config, strerror(-error));
	config_unref(config);
	return error;
}

int daemon_check_config(const struct daemon_options *options)
{
	struct settings settings;
	size_t addresses;

	if (load(options, NULL, &settings) < 0)
		return EX_CONFIG;
	addresses = options->n_listen ? options->n_listen : settings.n_listen;
	printf("%s: %zu device%s, %zu address%s, no errors\n", options->config, settings.devices->n_devices,
	       settings.devices->n_devices == 1 ? "" : "s", addresses, addresses == 1 ? "" : "es");
	settings_clear(&settings);
	return 0;
}

static size_t listen_all(struct daemon *daemon)
{
	listeners_set_mode(daemon->listeners, daemon->settings.socket_mode);
	if (daemon->options->n_listen)
		return listeners_set(daemon->listeners, daemon->options->listen, daemon->options->n_listen);
	return listeners_set(daemon->listeners, daemon->settings.listen, daemon->settings.n_listen);
}

static void set_log_level(const struct daemon *daemon)
{
	int level = daemon->options->log_level;

	if (level < 0)
		level = daemon->settings.log_level;
	if (level < 0)
		level = IOF_LOG_NOTICE;
	if (daemon->options->trace && level < IOF_LOG_INFO)
		level = IOF_LOG_INFO; /* traces are lines of this level */
	daemon_setup_log((enum iof_log_level)level);
}

/* Makes the daemon what its settings say. */
static int apply(struct daemon *daemon)
{
	int error = settings_apply_policies(&daemon->settings);

	if (error)
		return error;
	engine_set_limits(daemon->engine, &daemon->settings.limits);
	engine_set_devices(daemon->engine, device_set_get(daemon->settings.devices));
	return 0;
}

static void reload(struct daemon *daemon)
{
	struct settings settings;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
			 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	if (load(daemon->options, daemon->settings.devices, &settings) < 0) {
		iof_log(IOF_LOG_ERR, "the configuration stays as it was");
	} else {
		struct settings old = daemon->settings;

		daemon->settings = settings;
		if (apply(daemon) < 0)
			iof_log(IOF_LOG_ERR, "no memory for the new policies");
		(void)listen_all(daemon);
		settings_clear(&old);
		iof_log(IOF_LOG_NOTICE, "configuration read again: %zu devices", settings.devices->n_devices);
	}
	(void)sd_notify(0, "READY=1");
}

/* False: the daemon ends. */
static bool serve_signal(struct daemon *daemon)
{
	struct signalfd_siginfo info;

	if (read(daemon->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return true;
	if (info.ssi_signo != SIGHUP)
		return false;
	reload(daemon);
	return true;
}

static void serve(struct daemon *daemon)
{
	struct epoll_event events[8];

	for (;;) {
		int count = epoll_wait(daemon->epoll, events, 8, -1);
		bool signalled = false;

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr)
				listeners_accept(events[i].data.ptr, daemon->engine);
			else
				signalled = true;
		}
		/* Last: a reload closes listeners that these events may name. */
		if (signalled && !serve_signal(daemon))
			return;
	}
}

static int start(struct daemon *daemon)
{
	struct epoll_event event = {.events = EPOLLIN};
	sigset_t mask;

	/* Before any thread is made, for all inherit it. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	daemon->signals = signalfd(-1, &mask, SFD_CLOEXEC);
	daemon->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (daemon->signals < 0 || daemon->epoll < 0 ||
	    epoll_ctl(daemon->epoll, EPOLL_CTL_ADD, daemon->signals, &event) < 0)
		return EX_OSERR;
	if (load(daemon->options, NULL, &daemon->settings) < 0)
		return EX_CONFIG;
	set_log_level(daemon);
	daemon->engine = engine_create(&daemon->settings.limits);
	daemon->listeners = daemon->engine ? listeners_create(daemon->epoll, daemon->engine) : NULL;
	if (!daemon->listeners || apply(daemon) < 0)
		return EX_OSERR;
	engine_set_trace(daemon->engine, daemon->options->trace);
	return listen_all(daemon) ? EX_UNAVAILABLE : 0;
}

/* False: a thread is still in a driver, and nothing of what it uses may be freed. */
static bool stop(struct daemon *daemon)
{
	bool all = true;

	if (daemon->listeners)
		listeners_destroy(daemon->listeners);
	if (daemon->engine) {
		all = engine_stop(daemon->engine, STOP_MS);
		if (!all)
			iof_log(IOF_LOG_WARNING, "a driver does not let go of a call; ending without it");
	}
	if (!all)
		return false;
	if (daemon->engine)
		engine_destroy(daemon->engine);
	settings_clear(&daemon->settings);
	if (daemon->epoll >= 0)
		(void)close(daemon->epoll);
	if (daemon->signals >= 0)
		(void)close(daemon->signals);
	return true;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon daemon = {.options = options, .epoll = -1, .signals = -1};
	int status = start(&daemon);

	if (!status) {
		(void)sd_notify(0, "READY=1");
		serve(&daemon);
		(void)sd_notify(0, "STOPPING=1");
		iof_log(IOF_LOG_NOTICE, "ending");
	}
	if (!stop(&daemon))
		_exit(status);
	return status;
}
