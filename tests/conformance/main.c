/* SPDX-License-Identifier: MIT */
/* The conformance test of one IDL file: options, one cmocka test a command and way, the table at the end. */
#include "conformance.h"
#include <getopt.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One cmocka test. */
struct item {
	struct run *run;
	uint32_t index;
	char name[160];
};

static void usage(const char *name)
{
	printf("usage: conformance-%s [OPTION...]\n"
	       "  --transport NAME  only this way: marshal (no transport), ...\n"
	       "  --command NAME    only this command\n"
	       "  --seed N          of all cases; printed with each failure\n"
	       "  --rounds N        cases of chance for each command and ABI\n",
	       name);
}

static void parse(struct options *options, int argc, char **argv, const char *name)
{
	static const struct option known[] = {
		{"transport", required_argument, NULL, 't'},
		{"command", required_argument, NULL, 'c'},
		{"seed", required_argument, NULL, 's'},
		{"rounds", required_argument, NULL, 'r'},
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
		default: usage(name); exit(option == 'h' ? 0 : 2);
		}
	}
}

static void marshal_test(void **state)
{
	struct item *item = *state;
	struct bench bench;
	unsigned failures;

	bench_begin(&bench, item->run, item->index);
	marshal_command(&bench);
	failures = bench.tally.failures;
	bench_end(&bench);
	if (failures)
		fail_msg("%u of %u cases", failures, bench.tally.cases);
}

static int run_way(struct run *run)
{
	uint32_t n = run->plan->n_commands, n_tests = 0;
	struct item *items = calloc(n, sizeof(*items));
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	int failed;

	if (!items || !tests)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		struct item *item = &items[i];

		if (run->options.command && strcmp(run->options.command, run->plan->commands[i].name) != 0)
			continue;
		*item = (struct item){.run = run, .index = i};
		(void)snprintf(item->name, sizeof(item->name), "%s: %s", run->way, run->plan->commands[i].name);
		tests[n_tests++] = (struct CMUnitTest){item->name, marshal_test, NULL, NULL, item};
	}
	failed = _cmocka_run_group_tests(run->plan->name, tests, n_tests, NULL, NULL);
	free(items);
	free(tests);
	return failed;
}

int main(int argc, char **argv)
{
	struct run run = {.plan = plan_interfaces[0], .way = "marshal", .options = {.seed = 1, .rounds = 40}};
	int failed;

	parse(&run.options, argc, argv, run.plan->name);
	printf("%s (%s), seed %" PRIu64 "\n", run.plan->name, run.plan->driver, run.options.seed);
	run.interface = iof_interface_find(run.plan->name);
	failed = run_way(&run);
	return failed != 0;
}
