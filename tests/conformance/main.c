/* SPDX-License-Identifier: MIT */
/* The conformance test of one IDL file: options, one cmocka test a command and way, the table at the end. */
#include "carrier.h"
#include <getopt.h>
#include <inttypes.h>
#include <ioferry/transport.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WAYS = 6 };

/* One cmocka test. */
struct item {
	struct way *way;
	void (*work)(struct bench *bench, struct way *way);
	uint32_t index; /* of the command; UINT32_MAX: none */
	char name[160];
};

/* Marshalling without a transport, or a transport. */
struct way {
	struct run run;
	char address[160];   /* "": marshalling */
	const char *skipped; /* why nothing is done; NULL: it is */
	const char *channel;
	struct carrier carrier;
	struct lane lane;
	struct item *items;
	struct CMUnitTest *tests;
	size_t n_tests;
};

static void usage(const char *name)
{
	printf("usage: conformance-%s [OPTION...]\n"
	       "  --transport NAME   only this: marshal (all ABIs, without a transport), unix, vsock-unix, 9p\n"
	       "  --command NAME     only this command\n"
	       "  --seed N           what all cases are made of\n"
	       "  --rounds N         cases of chance for each command and ABI\n"
	       "  --first            end at the first failure\n"
	       "  --mirror PROGRAM   the host's side; mirror-%s beside this program\n"
	       "  --address ADDRESS  where a mirror listens that runs already, with\n"
	       "  --channel ADDRESS  its channel: a path, or vsock:CID:PORT\n",
	       name, name);
}

static void parse(struct options *options, int argc, char **argv, const char *name)
{
	static const struct option known[] = {
		{"transport", required_argument, NULL, 't'},
		{"command", required_argument, NULL, 'c'},
		{"seed", required_argument, NULL, 's'},
		{"rounds", required_argument, NULL, 'r'},
		{"first", no_argument, NULL, 'f'},
		{"mirror", required_argument, NULL, 'm'},
		{"address", required_argument, NULL, 'a'},
		{"channel", required_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 't': options->transport = optarg; break;
		case 'c': options->command = optarg; break;
		case 's': options->seed = strtoull(optarg, NULL, 0); break;
		case 'r': options->rounds = (unsigned)strtoul(optarg, NULL, 0); break;
		case 'f': options->first = true; break;
		case 'm': options->mirror = optarg; break;
		case 'a': options->address = optarg; break;
		case 'l': options->channel = optarg; break;
		default: usage(name); exit(option == 'h' ? 0 : 2);
		}
	}
	if (!options->address != !options->channel || optind != argc) {
		usage(name);
		exit(2);
	}
}

/* --- what the tests do -------------------------------------------------------------------------------------------- */

static void marshal(struct bench *bench, struct way *way)
{
	(void)way;
	marshal_command(bench);
}

static void carry(struct bench *bench, struct way *way)
{
	link_command(bench, &way->lane);
	hostile_command(bench, &way->lane);
}

static void nothing(struct bench *bench, struct way *way)
{
	(void)bench;
	printf("%s: skipped: %s\n", way->run.way, way->skipped);
	skip();
}

static void reads(struct bench *bench, struct way *way)
{
	io_calls(bench, &way->lane, PLAN_READ_IO);
}

static void writes(struct bench *bench, struct way *way)
{
	io_calls(bench, &way->lane, PLAN_WRITE_IO);
}

static void polls(struct bench *bench, struct way *way)
{
	poll_calls(bench, &way->lane);
}

static void at_once(struct bench *bench, struct way *way)
{
	parallel_calls(bench, way->address, way->channel);
}

static void run_item(void **state)
{
	struct item *item = *state;
	struct bench bench;
	unsigned failures, cases;

	bench_begin(&bench, &item->way->run, item->index);
	item->work(&bench, item->way);
	failures = bench.tally.failures;
	cases = bench.tally.cases;
	bench_end(&bench);
	if (failures)
		fail_msg("%u of %u cases", failures, cases);
}

/* --- ways --------------------------------------------------------------------------------------------------------- */

static void add(struct way *way, const char *name, uint32_t index, void (*work)(struct bench *, struct way *))
{
	struct item *item = &way->items[way->n_tests];

	*item = (struct item){.way = way, .work = work, .index = index};
	(void)snprintf(item->name, sizeof(item->name), "%s: %s", way->run.way, name);
	way->tests[way->n_tests++] = (struct CMUnitTest){item->name, run_item, NULL, NULL, item};
}

static void make_items(struct way *way)
{
	const struct plan_interface *plan = way->run.plan;
	const char *only = way->run.options.command;
	bool link = way->address[0] != '\0';

	way->items = calloc(plan->n_commands + 4u, sizeof(*way->items));
	way->tests = calloc(plan->n_commands + 4u, sizeof(*way->tests));
	if (!way->items || !way->tests)
		abort();
	if (way->skipped) {
		add(way, "all", UINT32_MAX, nothing);
		return;
	}
	for (uint32_t i = 0; i < plan->n_commands; i++)
		if (!only || !strcmp(only, plan->commands[i].name))
			add(way, plan->commands[i].name, i, link ? carry : marshal);
	if (link && plan->read.reach && (!only || !strcmp(only, "read")))
		add(way, "read", UINT32_MAX, reads);
	if (link && plan->write.reach && (!only || !strcmp(only, "write")))
		add(way, "write", UINT32_MAX, writes);
	if (link && plan->poll && (!only || !strcmp(only, "poll")))
		add(way, "poll", UINT32_MAX, polls);
	if (link && !only)
		add(way, "calls at once", UINT32_MAX, at_once);
}

static int run_way(struct way *way)
{
	char reason[256];
	int failed;

	if (way->address[0]) {
		if (!carrier_begin(&way->carrier, &way->run, way->address, reason, sizeof(reason))) {
			fprintf(stderr, "%s: %s\n", way->address, reason);
			exit(1);
		}
		lane_open(&way->lane, &way->carrier, 0, way->channel);
	}
	make_items(way);
	failed = _cmocka_run_group_tests(way->run.plan->name, way->tests, way->n_tests, NULL, NULL);
	if (way->address[0]) {
		lane_close(&way->lane);
		carrier_end(&way->carrier);
	}
	free(way->items);
	free(way->tests);
	return failed;
}

static bool wanted(const struct options *options, const char *name)
{
	return !options->transport || !strcmp(options->transport, name);
}

static void print_table(const struct way *ways, unsigned n)
{
	printf("\n%-12s %-12s %8s %8s %8s %8s %8s\n", "INTERFACE", "WAY", "COMMANDS", "CARRIED", "CASES", "REFUSED",
	       "FAILURES");
	for (unsigned i = 0; i < n; i++) {
		const struct run *run = &ways[i].run;

		printf("%-12s %-12s %8u %8u %8u %8u %8u\n", run->plan->name, run->way, run->tally.commands,
		       run->tally.commands_carried, run->tally.cases, run->tally.refused, run->tally.failures);
	}
}

static unsigned choose_ways(struct way *ways, const struct options *options, const struct mirror_process *mirror)
{
	static const char *const schemes[] = {"unix", "vsock-unix", "9p"};
	static const char *const rests[] = {"unix", "vm:7700", "folder"};
	unsigned n = 0;

	if (wanted(options, "marshal"))
		ways[n++].run.way = "marshal";
	for (unsigned i = 0; i < 3 && mirror->pid; i++) {
		char *address = ways[n].address, reason[256];
		const char *rest;

		(void)snprintf(address, sizeof(ways[n].address), "%s:%s/%s", schemes[i], mirror->folder, rests[i]);
		if (wanted(options, schemes[i]) && !(i == 2 && mirror->no_folder) &&
		    iof_transport_find(address, &rest, reason, sizeof(reason)))
			ways[n++].run.way = schemes[i];
		else
			address[0] = '\0'; /* not wanted, or not in this build */
	}
	if (mirror->pid && mirror->no_folder && mirror->no_folder[0] && wanted(options, "9p")) {
		ways[n].run.way = "9p";
		ways[n++].skipped = mirror->no_folder;
	}
	if (options->address && (!options->transport || strcmp(options->transport, "marshal") != 0)) {
		ways[n].run.way = options->transport ? options->transport : "remote";
		(void)snprintf(ways[n++].address, sizeof(ways[0].address), "%s", options->address);
	}
	return n;
}

/* The mirror of this program's name is beside it. */
static void default_mirror(char *path, size_t size, const char *program, const char *name)
{
	const char *slash = strrchr(program, '/');

	(void)snprintf(path, size, "%.*smirror-%s", slash ? (int)(slash - program + 1) : 0, program, name);
}

/* Every way of one interface. Nonzero: something failed. */
static int run_interface(const struct plan_interface *plan, const struct options *options,
			 const struct mirror_process *mirror)
{
	struct way ways[WAYS] = {{.channel = NULL}};
	unsigned n = choose_ways(ways, options, mirror);
	int failed = 0;

	printf("%s (%s), seed %" PRIu64 ", %u rounds, on %s\n", plan->name, plan->driver, options->seed,
	       options->rounds, conformance_abi_name(IOF_ABI_NATIVE));
	for (unsigned i = 0; i < n; i++) {
		ways[i].run.plan = plan;
		ways[i].run.interface = iof_interface_find(plan->name);
		ways[i].run.options = *options;
		ways[i].channel = options->channel ? options->channel : mirror->channel;
		failed |= run_way(&ways[i]);
	}
	print_table(ways, n);
	return failed || !n;
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1, .rounds = 40};
	struct mirror_process mirror = {.pid = 0};
	const char *name = plan_interfaces[0]->name;
	char path[256];
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(&options, argc, argv, name);
	default_mirror(path, sizeof(path), argv[0], name);
	if (!options.address && (!options.transport || strcmp(options.transport, "marshal") != 0))
		mirror_start(&mirror, options.mirror ? options.mirror : path);
	for (const struct plan_interface *const *plan = plan_interfaces; *plan; plan++)
		failed |= run_interface(*plan, &options, &mirror);
	if (!mirror_stop(&mirror)) {
		fprintf(stderr, "the mirror ended badly\n");
		failed = 1;
	}
	return failed;
}
