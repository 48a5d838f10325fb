/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <ioferry/transport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"  -c, --config FILE      read this configuration file first\n"
	"  -a, --address ADDRESS  of the host's daemon: vsock:2:7700, unix:/path (default " OPTIONS_DEFAULT_ADDRESS
	")\n"
	"  -m, --memory MODE      auto, or %s: never read callers' memory directly\n"
	"  -l, --log LEVEL        error, warning, notice, info, debug (default notice)\n"
	"%s"
	"      --check-config     read the configuration, say what is wrong with it, and leave\n"
	"  -h, --help             this text\n"
	"  -V, --version          the version\n";
static const char usage_mount[] = "  -o, --allow-other      let other users in, too (root does without it)\n";

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"address", required_argument, NULL, 'a'},
	{"memory", required_argument, NULL, 'm'},
	{"log", required_argument, NULL, 'l'},
	{"allow-other", no_argument, NULL, 'o'},
	{"check-config", no_argument, NULL, 'C'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};
static const char short_options[] = "c:a:m:l:ohV";

void options_init(struct options *options, const struct options_kind *kind)
{
	*options = (struct options){
		.kind = kind,
		.address = strdup(OPTIONS_DEFAULT_ADDRESS),
		.folder = kind->folder ? strdup(kind->folder) : NULL,
		.others = geteuid() == 0,
		.log_level = IOF_LOG_NOTICE,
		.interrupt_deadline_ms = 2000,
		.connect_timeout_ms = 2000,
		.retry_max_ms = 5000,
	};
}

void options_destroy(struct options *options)
{
	free(options->address);
	free(options->folder);
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

int options_set_memory(struct options *options, const char *mode)
{
	bool indirect = strcmp(mode, options->kind->indirect) == 0;

	if (!indirect && strcmp(mode, "auto") != 0)
		return -EINVAL;
	options->memory = indirect ? OPTIONS_MEMORY_INDIRECT : OPTIONS_MEMORY_AUTO;
	return 0;
}

static int apply(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'a': return replace(&options->address, value);
	case 'l': return iof_log_level_parse(value, &options->log_level);
	case 'm': return options_set_memory(options, value);
	case 'o': options->others = true; return options->kind->folder ? -EINVAL : 0;
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
			fprintf(stderr, "%s: %s\n", options->kind->program, reason);
	}
	return ret;
}

/* What is no option: the folder, if the front end has none of its own. */
static int take_folder(struct options *options, char **arguments)
{
	const char *program = options->kind->program;

	if (!options->folder && *arguments) {
		options->folder = strdup(*arguments++);
		if (!options->folder)
			return -ENOMEM;
	}
	if (!options->folder)
		fprintf(stderr, "%s: which MOUNTPOINT? try --help\n", program);
	else if (*arguments)
		fprintf(stderr, "%s: unexpected argument '%s'; try --help\n", program, *arguments);
	return options->folder && !*arguments ? 0 : -EINVAL;
}

static void help(const struct options_kind *kind)
{
	fputs(kind->usage, stdout);
	printf(usage, kind->indirect, kind->folder ? "" : usage_mount);
}

static int check_address(const struct options *options)
{
	const char *rest;
	char reason[512];

	if (iof_transport_find(options->address, &rest, reason, sizeof(reason)))
		return 0;
	fprintf(stderr, "%s: address: %s\n", options->kind->program, reason);
	return -EINVAL;
}

int options_parse(struct options *options, int argc, char **argv)
{
	const char *program = options->kind->program;
	bool check = false;
	int option, ret = load_named_files(options, argc, argv);

	if (ret)
		return ret;
	optind = 1;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (option == 'h') {
			help(options->kind);
			return 1;
		}
		if (option == 'V') {
			printf("%s %s\n", program, IOFERRY_VERSION);
			return 1;
		}
		check |= option == 'C';
		ret = apply(options, option, optarg);
		if (ret) {
			fprintf(stderr, "%s: '%s' is not a value of -%c; try --help\n", program, optarg ? optarg : "",
				option);
			return ret;
		}
	}
	if (!check || argv[optind])
		ret = take_folder(options, argv + optind);
	if (!ret)
		ret = check_address(options);
	if (ret)
		return ret;
	if (check)
		puts("configuration is valid");
	return check;
}
