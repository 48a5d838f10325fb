/* SPDX-License-Identifier: MIT */
/* ioferry-hostd: options, log, listeners, signals. */
#include "host/daemon/daemon.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <systemd/sd-journal.h>

static void log_to_journal(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)sd_journal_print((int)level, "%s", line);
}

static void log_to_stderr(void *context, enum iof_log_level level, const char *line)
{
	static const char *const words[] = {[IOF_LOG_ERR] = "error: ", [IOF_LOG_WARNING] = "warning: "};
	const char *word = level <= IOF_LOG_WARNING ? words[level] : "";

	(void)context;
	(void)fprintf(stderr, "ioferry-hostd: %s%s\n", word, line);
}

void daemon_setup_log(enum iof_log_level level)
{
	/* systemd sets it for a service whose stderr is the journal. */
	iof_log_setup(getenv("JOURNAL_STREAM") ? log_to_journal : log_to_stderr, NULL, level);
}

static void print_help(void)
{
	puts("Usage: ioferry-hostd [OPTION]...\n"
	     "Offers character devices of this machine to guests.\n"
	     "\n"
	     "  -c, --config FILE     read settings from FILE (default: " DAEMON_CONFIG ")\n"
	     "  -l, --listen ADDRESS  listen there instead of at the file's addresses; may be given again\n"
	     "      --share DIR           the same as --listen 9p:DIR: a folder to export to one guest\n"
	     "      --check-config    say what is wrong with the configuration, and end\n"
	     "      --trace           log each call, decoded\n"
	     "      --log LEVEL       error, warning, notice (default), info or debug\n"
	     "  -h, --help\n"
	     "      --version\n"
	     "\n"
	     "SIGHUP reads the configuration again; SIGTERM and SIGINT end the daemon.\n"
	     "\n"
	     "Backends of this build, and their settings:");
	for (const struct host_backend *const *backend = host_backends; *backend; backend++)
		printf("  %-10s %s\n", (*backend)->name, (*backend)->help);
	puts("Interfaces of this build:");
	for (const struct iof_interface *const *interface = iof_interfaces; *interface; interface++)
		printf("  %-10s %s\n", (*interface)->name, (*interface)->driver ? (*interface)->driver : "");
	puts("Addresses:");
	for (const struct iof_host_transport *const *transport = iof_host_transports; *transport; transport++)
		printf("  %s\n", (*transport)->address_help);
}

enum { OPTION_CHECK = 256, OPTION_SHARE, OPTION_TRACE, OPTION_LOG, OPTION_VERSION };

static int add_address(struct daemon_options *options, const char *address)
{
	char reason[256] = "";

	if (options->n_listen == LISTEN_MAX)
		(void)snprintf(reason, sizeof(reason), "more than %d addresses", LISTEN_MAX);
	else if (iof_transport_check(address, reason, sizeof(reason)) == 0) {
		options->listen[options->n_listen++] = address;
		return 0;
	}
	(void)fprintf(stderr, "ioferry-hostd: --listen %s: %s\n", address, reason);
	return -EINVAL;
}

static int add_share(struct daemon_options *options, const char *folder)
{
	char *address = options->shares[options->n_shares];
	int length = snprintf(address, sizeof(options->shares[0]), "9p:%s", folder);

	if (length < 0 || (size_t)length >= sizeof(options->shares[0]) || options->n_shares == SHARES_MAX - 1) {
		(void)fprintf(stderr, "ioferry-hostd: --share %s: too long, or more than %d\n", folder, SHARES_MAX - 1);
		return -EINVAL;
	}
	options->n_shares++;
	return add_address(options, address);
}

/* 0: go on; else the process ends with *status. */
static int parse_options(int argc, char **argv, struct daemon_options *options, int *status)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"listen", required_argument, NULL, 'l'},
		{"share", required_argument, NULL, OPTION_SHARE},
		{"check-config", no_argument, NULL, OPTION_CHECK},
		{"trace", no_argument, NULL, OPTION_TRACE},
		{"log", required_argument, NULL, OPTION_LOG},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	enum iof_log_level level;
	int option;

	*status = EX_USAGE;
	while ((option = getopt_long(argc, argv, "c:l:h", known, NULL)) != -1) {
		switch (option) {
		case 'c': options->config = optarg; break;
		case 'l':
			if (add_address(options, optarg) < 0)
				return 1;
			break;
		case OPTION_SHARE:
			if (add_share(options, optarg) < 0)
				return 1;
			break;
		case OPTION_CHECK: options->check = true; break;
		case OPTION_TRACE: options->trace = true; break;
		case OPTION_LOG:
			if (iof_log_level_parse(optarg, &level) < 0) {
				(void)fprintf(stderr, "ioferry-hostd: '%s' is no level; see --help\n", optarg);
				return 1;
			}
			options->log_level = (int)level;
			break;
		case 'h':
			print_help();
			*status = 0;
			return 1;
		case OPTION_VERSION:
			puts("ioferry-hostd " IOFERRY_VERSION);
			*status = 0;
			return 1;
		default: return 1;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "ioferry-hostd: what is '%s'? see --help\n", argv[optind]);
		return 1;
	}
	return 0;
}

/* Each session has two descriptors, each handle one. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	struct daemon_options options = {.config = DAEMON_CONFIG, .log_level = -1};
	int status;

	if (parse_options(argc, argv, &options, &status))
		return status;
	daemon_setup_log(options.log_level < 0 ? IOF_LOG_NOTICE : (enum iof_log_level)options.log_level);
	if (options.check)
		return daemon_check_config(&options);
	raise_file_limit();
	return daemon_run(&options);
}
