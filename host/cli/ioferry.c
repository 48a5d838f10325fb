/* SPDX-License-Identifier: MIT */
/* ioferry: asks a daemon how it is, and what its guests do. */
#include "commands.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_ADDRESS "unix:/run/ioferry.sock"

static const struct command {
	const char *name;
	int (*run)(struct iof_session *session, const struct options *options, char *reason, size_t reason_size);
	bool takes_devices;
} commands[] = {
	{"status", command_status, false},
	{"trace", command_trace, true},
};

/* Some reasons name the address themselves. */
static void complain(const char *address, const char *reason, const char *remedy)
{
	bool named = strstr(reason, address);

	(void)fprintf(stderr, "ioferry: %s%s%s%s\n", named ? "" : address, named ? "" : ": ", reason, remedy);
}

static int run(const struct command *command, const struct options *options)
{
	struct iof_session_options wanted = {.client = "ioferry " IOFERRY_VERSION, .message_max = IOF_MESSAGE_CEILING};
	struct iof_session *session;
	char reason[256] = "";
	int error = iof_session_create(options->address, &wanted, &session, reason, sizeof(reason));
	const char *remedy = error == -ENODEV ? "; is ioferry-hostd running, and does it listen there?" : "";

	if (!error) {
		error = command->run(session, options, reason, sizeof(reason));
		iof_session_destroy(session);
	}
	if (error)
		complain(options->address, reason[0] ? reason : strerror(-error), remedy);
	return error ? EX_UNAVAILABLE : 0;
}

static int usage(FILE *to, int status)
{
	(void)fputs(
		"Usage: ioferry status [--json]\n"
		"       ioferry trace [--guest GLOB] [--command GLOB] [DEVICE...]\n"
		"Asks a host daemon on this machine.\n"
		"\n"
		"  status                shows devices, guests, handles and blocked calls\n"
		"  trace                 shows calls as they are made, until it is interrupted; of all devices, or of\n"
		"                        those that a DEVICE names (\"can0\", \"can*\")\n"
		"\n"
		"  -g, --guest GLOB      only guests whose name matches (\"vsock:cid=7\"); may be given again\n"
		"  -c, --command GLOB    only calls whose name matches (\"CAN_IOCTL_*\", \"write\"); may be given "
		"again\n"
		"  -a, --address ADDRESS the daemon's (default: " DEFAULT_ADDRESS "); also -s, --socket\n"
		"      --json            for programs\n"
		"  -h, --help\n"
		"      --version\n",
		to);
	return status;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static bool add_pattern(const char **patterns, size_t *count)
{
	if (*count == PATTERNS_MAX) {
		(void)fprintf(stderr, "ioferry: more than %d patterns of one kind\n", PATTERNS_MAX);
		return false;
	}
	patterns[(*count)++] = optarg;
	return true;
}

/* -1: go on; else the program's status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{"address", required_argument, NULL, 'a'}, {"socket", required_argument, NULL, 'a'},
		{"guest", required_argument, NULL, 'g'},   {"command", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},          {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},       {0},
	};
	bool good = true;
	int option;

	while (good && (option = getopt_long(argc, argv, "a:s:g:c:h", known, NULL)) != -1) {
		switch (option) {
		case 'a':
		case 's': options->address = optarg; break;
		case 'g': good = add_pattern(options->guests, &options->n_guests); break;
		case 'c': good = add_pattern(options->commands, &options->n_commands); break;
		case 'j': options->json = true; break;
		case 'h': return usage(stdout, 0);
		case 'v': puts("ioferry " IOFERRY_VERSION); return 0;
		default: return usage(stderr, EX_USAGE);
		}
	}
	return good ? -1 : EX_USAGE;
}

int main(int argc, char **argv)
{
	struct options options = {.address = DEFAULT_ADDRESS};
	int status = read_options(argc, argv, &options);
	const struct command *command;
	char path[256];

	if (status >= 0)
		return status;
	command = optind < argc ? find_command(argv[optind]) : NULL;
	if (!command && optind < argc)
		(void)fprintf(stderr, "ioferry: there is no command '%s'\n", argv[optind]);
	if (!command)
		return usage(stderr, EX_USAGE);
	options.devices = argv + optind + 1;
	options.n_devices = (size_t)(argc - optind - 1);
	if (options.n_devices > (command->takes_devices ? PATTERNS_MAX : 0))
		return usage(stderr, EX_USAGE);
	if (options.address[0] == '/') {
		(void)snprintf(path, sizeof(path), "unix:%s", options.address);
		options.address = path;
	}
	return run(command, &options);
}
