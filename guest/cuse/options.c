/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <ioferry/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"Usage: ioferry-cuse [OPTION]...\n"
	"Makes device nodes in this guest whose devices are on the host.\n\n"
	"  -c, --config FILE      read this configuration file first\n"
	"  -a, --address ADDRESS  of the host's daemon: vsock:2:7700, unix:/path (default " OPTIONS_DEFAULT_ADDRESS
	")\n"
	"  -m, --memory MODE      auto, or retry: never read callers' memory directly\n"
	"  -l, --log LEVEL        error, warning, notice, info, debug (default notice)\n"
	"      --check-config     read the configuration, say what is wrong with it, and leave\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n";

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'}, {"address", required_argument, NULL, 'a'},
	{"memory", required_argument, NULL, 'm'}, {"log", required_argument, NULL, 'l'},
	{"check-config", no_argument, NULL, 'C'}, {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
};
static const char short_options[] = "c:a:m:l:hV";

void options_init(struct options *options)
{
	*options = (struct options){
		.address = strdup(OPTIONS_DEFAULT_ADDRESS),
		.dev = strdup("/dev"),
		.log_level = IOF_LOG_NOTICE,
		.interrupt_deadline_ms = 2000,
		.connect_timeout_ms = 2000,
		.retry_max_ms = 5000,
	};
}

void options_destroy(struct options *options)
{
	free(options->address);
	free(options->dev);
	free(options->devices);
}

const struct options_device *options_device(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->n_devices; i++)
		if (strcmp(options->devices[i].device, name) == 0)
			return &options->devices[i];
	return NULL;
}

bool options_node_name_ok(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+-";

	if (strlen(name) >= OPTIONS_NAME_MAX)
		return false;
	for (;;) {
		size_t part = strspn(name, letters);

		/* No empty part, and none that begins with a dot: "." and ".." lead out of /dev. */
		if (!part || name[0] == '.')
			return false;
		name += part;
		if (*name == '\0')
			return true;
		if (*name++ != '/')
			return false;
	}
}

static int replace(char **string, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

static int apply(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'a': return replace(&options->address, value);
	case 'l': return iof_log_level_parse(value, &options->log_level);
	case 'm':
		if (strcmp(value, "auto") != 0 && strcmp(value, "retry") != 0)
			return -EINVAL;
		options->memory = value[0] == 'r' ? OPTIONS_MEMORY_RETRY : OPTIONS_MEMORY_AUTO;
		return 0;
	default: return 0;
	}
}

/* The file comes first, wherever on the command line it is named: the rest of the line then overrides it. */
static int load_named_files(struct options *options, int argc, char **argv)
{
	char reason[256];
	int option, ret = 0;

	optind = 1;
	while (ret == 0 && (option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (option == '?')
			ret = -EINVAL;
		if (option != 'c')
			continue;
		ret = options_load(options, optarg, reason, sizeof(reason));
		if (ret)
			fprintf(stderr, "ioferry-cuse: %s\n", reason);
	}
	if (!ret && optind < argc) {
		fprintf(stderr, "ioferry-cuse: unexpected argument '%s'; try --help\n", argv[optind]);
		ret = -EINVAL;
	}
	return ret;
}

int options_parse(struct options *options, int argc, char **argv)
{
	bool check = false;
	char reason[512];
	const char *rest;
	int option, ret = load_named_files(options, argc, argv);

	if (ret)
		return ret;
	optind = 1;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 1;
		}
		if (option == 'V') {
			puts("ioferry-cuse " IOFERRY_VERSION);
			return 1;
		}
		check |= option == 'C';
		ret = apply(options, option, optarg);
		if (ret) {
			fprintf(stderr, "ioferry-cuse: '%s' is not a value of -%c; try --help\n", optarg, option);
			return ret;
		}
	}
	if (!iof_transport_find(options->address, &rest, reason, sizeof(reason))) {
		fprintf(stderr, "ioferry-cuse: address: %s\n", reason);
		return -EINVAL;
	}
	if (check)
		puts("configuration is valid");
	return check;
}
