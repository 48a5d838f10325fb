/* SPDX-License-Identifier: MIT */
#include "guest/kernel/options.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct options_kind cuse = {.program = "ioferry-cuse", .usage = "", .indirect = "retry", .folder = "/dev"};

static const struct options_kind fuse = {.program = "ioferry-fuse", .usage = "", .indirect = "copied"};

/* Loads @p text as a file; @p reason gets what stands behind the file's name. */
static int load(struct options *options, const char *text, char reason[256])
{
	char path[] = "/tmp/ioferry-options-test-XXXXXX", whole[256];
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	options_init(options, &cuse);
	ret = options_load(options, path, whole, sizeof(whole));
	(void)snprintf(reason, 256, "%s", strlen(whole) > strlen(path) ? whole + strlen(path) : whole);
	unlink(path);
	return ret;
}

static void test_everything(void **state)
{
	const struct options_device *device;
	struct options options;
	char reason[256];

	(void)state;
	assert_int_equal(load(&options,
			      "address: unix:/run/x\n"
			      "memory: retry\n"
			      "log: debug\n"
			      "interrupt_deadline_ms: 500\n"
			      "connect_timeout_ms: 600\n"
			      "retry_max_ms: 700\n"
			      "nodes: listed\n"
			      "devices:\n"
			      "  - device: can0\n"
			      "    node: can/zero\n"
			      "    mode: 0640\n"
			      "    owner: root\n"
			      "    group: root\n"
			      "    number: 91:3\n"
			      "  - device: can1\n",
			      reason),
			 0);
	assert_string_equal(options.address, "unix:/run/x");
	assert_int_equal(options.memory, OPTIONS_MEMORY_INDIRECT);
	assert_int_equal(options.log_level, IOF_LOG_DEBUG);
	assert_int_equal(options.interrupt_deadline_ms, 500);
	assert_int_equal(options.connect_timeout_ms, 600);
	assert_int_equal(options.retry_max_ms, 700);
	assert_true(options.listed_only);
	assert_int_equal(options.n_devices, 2);
	device = options_device(&options, "can0");
	assert_string_equal(device->node, "can/zero");
	assert_int_equal(device->mode, 0640);
	assert_int_equal(device->uid, 0);
	assert_int_equal(device->gid, 0);
	assert_int_equal(device->major, 91);
	assert_int_equal(device->minor, 3);
	device = options_device(&options, "can1");
	assert_string_equal(device->node, "");
	assert_int_equal(device->mode, -1);
	assert_int_equal(device->major, -1);
	assert_null(options_device(&options, "can2"));
	options_destroy(&options);
}

static void test_defaults(void **state)
{
	struct options options;
	char reason[256];

	(void)state;
	assert_int_equal(load(&options, "# nothing\n", reason), 0);
	assert_string_equal(options.address, OPTIONS_DEFAULT_ADDRESS);
	assert_int_equal(options.memory, OPTIONS_MEMORY_AUTO);
	assert_false(options.listed_only);
	options_destroy(&options);
}

static const struct {
	const char *text, *reason;
} wrong[] = {
	{"where: x\n", ":1: unknown key 'where'"},
	{"log: notice\nmemory: fast\n", ":2: 'memory' is auto or retry"},
	{"log: loud\n", ":1: 'log' is error, warning, notice, info or debug"},
	{"nodes: some\n", ":1: 'nodes' is all or listed"},
	{"connect_timeout_ms: soon\n", ":1: 'soon' is not a number from 0 to 600000"},
	{"connect_timeout_ms: -1\n", ":1: '-1' is not a number from 0 to 600000"},
	{"devices: can0\n", ":1: 'devices' is a list: - device: NAME"},
	{"devices:\n  - can0\n", ":2: a device is a mapping: - device: NAME"},
	{"devices:\n  - mode: 0600\n", ":2: a device needs 'device: NAME', the name on the host"},
	{"devices:\n  - device: a\n  - device: a\n", ":3: device 'a' is listed twice"},
	{"devices:\n  - device: a\n    mode: 0888\n", ":3: '0888' is not a number from 0 to 511 (octal)"},
	{"devices:\n  - device: a\n    mode: 01777\n", ":3: '01777' is not a number from 0 to 511 (octal)"},
	{"devices:\n  - device: a\n    node: ../mem\n", ":3: '../mem' cannot be the name of a node"},
	{"devices:\n  - device: a\n    number: 91\n", ":3: '91' is not a device number, MAJOR:MINOR"},
	{"devices:\n  - device: a\n    owner: no-such-user\n", ":3: there is no user 'no-such-user'"},
	{"devices:\n  - device: a\n    group: no-such-group\n", ":3: there is no group 'no-such-group'"},
	{"devices:\n  - device: a\n    major: 1\n",
	 ":3: unknown key 'major': device, node, mode, owner, group, number"},
	{"- a\n", ":1: the configuration is a mapping, KEY: VALUE"},
};

static void test_wrong(void **state)
{
	struct options options;
	char reason[256];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(load(&options, wrong[i].text, reason), -EINVAL);
		assert_string_equal(reason, wrong[i].reason);
		options_destroy(&options);
	}
	assert_int_equal(load(&options, "a: [\n", reason), -EINVAL);
	assert_non_null(strstr(reason, ":2: "));
	options_destroy(&options);
}

static void test_names(void **state)
{
	static const char *const good[] = {"can0", "dir/can0", "a.b-c_d+e:f", "i2c-1"};
	static const char *const bad[] = {
		"",       "/dev/can0", "..",  "../x",
		"a/../b", "a//b",      "a/",  "a/.b",
		".a",     "a b",       "a!b", "0123456789012345678901234567890123456789012345678901234567890123"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(options_node_name_ok(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(options_node_name_ok(bad[i]));
}

static int parse_for(const struct options_kind *kind, struct options *options, int argc, const char *const *list)
{
	char *argv[16];

	for (int i = 0; i < argc; i++)
		argv[i] = (char *)(uintptr_t)list[i];
	argv[argc] = NULL;
	options_init(options, kind);
	return options_parse(options, argc, argv);
}

static int parse(struct options *options, int argc, const char *const *list)
{
	return parse_for(&cuse, options, argc, list);
}

/* The command line goes over the file, wherever on it the file is named. */
static void test_command_line(void **state)
{
	char path[] = "/tmp/ioferry-options-test-XXXXXX";
	const char *line[] = {"ioferry-cuse", "-a", "unix:/line", "-c", path};
	const char *bad[] = {"ioferry-cuse", "--log", "loud"}, *extra[] = {"ioferry-cuse", "can0"};
	const char *other[] = {"ioferry-cuse", "--allow-other"}, *copied[] = {"ioferry-cuse", "-m", "copied"};
	const char *foreign[] = {"ioferry-cuse", "--check-config", "--address", "foo:1"};
	struct options options;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "address: unix:/file\nlog: info\n", 30), 30);
	close(fd);
	assert_int_equal(parse(&options, 5, line), 0);
	assert_string_equal(options.address, "unix:/line");
	assert_int_equal(options.log_level, IOF_LOG_INFO);
	options_destroy(&options);
	unlink(path);
	assert_int_equal(parse(&options, 5, line), -ENOENT);
	options_destroy(&options);
	assert_int_equal(parse(&options, 3, bad), -EINVAL);
	options_destroy(&options);
	assert_int_equal(parse(&options, 2, extra), -EINVAL);
	options_destroy(&options);
	assert_int_equal(parse(&options, 2, other), -EINVAL);
	options_destroy(&options);
	assert_int_equal(parse(&options, 3, copied), -EINVAL);
	options_destroy(&options);
	/* It would try for ever. */
	assert_int_equal(parse(&options, 4, foreign), -EINVAL);
	options_destroy(&options);
	foreign[3] = "unix:/line";
	assert_int_equal(parse(&options, 4, foreign), 1);
	options_destroy(&options);
}

/* The folder of a front end that has none of its own. */
static void test_mount_point(void **state)
{
	const char *line[] = {"ioferry-fuse", "/mnt", "-o", "-m", "copied", "-a", "unix:/line"};
	const char *none[] = {"ioferry-fuse", "-a", "unix:/line"}, *two[] = {"ioferry-fuse", "/a", "/b"};
	const char *check[] = {"ioferry-fuse", "--check-config", "-a", "unix:/line"};
	const char *retry[] = {"ioferry-fuse", "-m", "retry", "/mnt"};
	struct options options;

	(void)state;
	assert_int_equal(parse_for(&fuse, &options, 7, line), 0);
	assert_string_equal(options.folder, "/mnt");
	assert_true(options.others);
	assert_int_equal(options.memory, OPTIONS_MEMORY_INDIRECT);
	options_destroy(&options);
	assert_int_equal(parse_for(&fuse, &options, 3, none), -EINVAL);
	options_destroy(&options);
	assert_int_equal(parse_for(&fuse, &options, 3, two), -EINVAL);
	options_destroy(&options);
	assert_int_equal(parse_for(&fuse, &options, 4, check), 1);
	options_destroy(&options);
	assert_int_equal(parse_for(&fuse, &options, 4, retry), -EINVAL);
	options_destroy(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),   cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_wrong),        cmocka_unit_test(test_names),
		cmocka_unit_test(test_command_line), cmocka_unit_test(test_mount_point),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
