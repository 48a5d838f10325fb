/* SPDX-License-Identifier: MIT */
/* Settings out of text, and the errors of wrong ones, word for word. */
#include "fake.h"
#include "host/daemon/settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A backend of two settings. */
static int create(const struct config_node *settings, const struct iof_interface *interface,
		  struct host_device **device)
{
	const char *path = config_string_required(settings, "path", "/dev/x");
	int64_t rate = config_int(settings, "rate", 125000, 1000, 1000000);

	(void)interface;
	(void)rate;
	if (!config_ok(settings) || !path[0])
		return -EINVAL;
	*device = calloc(1, sizeof(**device));
	return *device ? 0 : -ENOMEM;
}

static void destroy(struct host_device *device)
{
	free(device);
}

static const struct host_backend backend = {
	.name = "made", .help = "path, rate", .device_create = create, .device_destroy = destroy};
const struct host_backend *const host_backends[] = {&backend, NULL};

#define DEVICES_EXAMPLE "write 'devices: {can0: {interface: ..., backend: ...}}'\n"
#define LISTEN_EXAMPLE  "write 'listen: [\"unix:/run/ioferry.sock\"]'\n"
#define NO_DEVICES      "t:1:1: no 'devices'; " DEVICES_EXAMPLE
#define NO_LISTEN       "t:1:1: no 'listen'; " LISTEN_EXAMPLE

#define HEAD    "listen: [unix:/a]\n"
#define DEVICES "devices:\n  d: "
#define DEVICE  "{interface: fake, backend: made, path: /x"

static const struct {
	const char *text;
	const char *errors; /* one a line */
} wrong[] = {
	{"", NO_LISTEN NO_DEVICES},
	{"listen: [unix:/a\n", "t:2:1: not YAML: did not find expected ',' or ']' (while parsing a flow sequence that "
			       "began in line 1)\n"},
	{"- a\n", "t:1:1: write 'listen:' and 'devices:' here\n"},
	{HEAD, NO_DEVICES},
	{HEAD "devices: {}\n", "t:2:10: 'devices' is empty; " DEVICES_EXAMPLE},
	{"listen: []\n" DEVICES DEVICE "}\n", "t:1:9: 'listen' is empty; " LISTEN_EXAMPLE},
	{"listen: [unix:/a, [unix:/b], {}, unix:/a]\n" DEVICES DEVICE "}\n",
	 "t:1:19: one value is wanted here, not a list\n"
	 "t:1:30: one value is wanted here, not a mapping\n"
	 "t:1:34: 'unix:/a' is given twice; remove one of them\n"},
	{"listen: ['unix:', 'unix:a']\n" DEVICES DEVICE "}\n",
	 "t:1:10: 'unix:' is no address: \"\": a socket's path has 1 to 107 bytes\n"
	 "t:1:19: 'unix:a' is no address: \"a\": a socket's path begins with '/'\n"},
	{"listen: unix:/a\n" DEVICES DEVICE "}\n", "t:1:9: 'listen' must be a list; write 'listen: [...]'\n"},
	{HEAD HEAD DEVICES DEVICE "}\n", "t:2:1: 'listen' is given twice (first in line 1); remove one of them\n"},
	{HEAD DEVICES DEVICE ", path: /y}\n  e: 5\n[a]: b\n",
	 "t:3:49: 'path' is given twice (first in line 3); remove one of them\n"
	 "t:4:6: write 'e: {interface: ..., backend: ...}'\n"
	 "t:5:1: a key must be a plain word\n"},
	{HEAD "limts: {}\n" DEVICES DEVICE "}\n",
	 "t:2:8: unknown setting 'limts'; did you mean 'limits'? Known: 'listen', 'socket_mode', 'limits', 'log' and "
	 "'devices'\n"},
	{HEAD "limits: {threads: 1, message: 1GB, replies: x, handles: [1]}\n" DEVICES DEVICE "}\n",
	 "t:2:19: 'threads: 1' is out of range; write a number from 2 to 4096\n"
	 "t:2:31: 'message: 1GB' is no such size; write bytes, KiB or MiB, from 4096 to 67108864 bytes\n"
	 "t:2:45: 'replies: x' is no number; write one from 1 to 65536\n"
	 "t:2:57: 'handles' must be one value, not a list\n"},
	{HEAD "limits: {message: 16MiB}\n" DEVICES DEVICE "}\n",
	 "t:2:9: 'reply_bytes' must be at least 'message' (16777216 bytes)\n"},
	{HEAD "log: loud\n" DEVICES DEVICE "}\n",
	 "t:2:6: unknown log 'loud'; known: 'error', 'warning', 'notice', 'info' and 'debug'\n"},
	{HEAD DEVICES "{interface: fke, backend: mad}\n",
	 "t:3:18: unknown interface 'fke'; did you mean 'fake'? Known: 'fake' and 'two_words'\n"
	 "t:3:32: unknown backend 'mad'; did you mean 'made'? Known: 'made'\n"},
	{HEAD DEVICES "{interface: fake, backend: made, rate: 2M}\n",
	 "t:3:6: 'path' is missing; write for example 'path: /dev/x'\n"
	 "t:3:45: 'rate: 2M' is out of range; write a number from 1000 to 1000000\n"},
	{HEAD DEVICES DEVICE ", rat: 5}\n", "t:3:54: unknown setting 'rat'; did you mean 'rate'? Known: 'interface', "
					    "'backend', 'path', 'rate', 'allow', 'commands', 'mode', 'major' and "
					    "'minor'\n"},
	{HEAD DEVICES DEVICE ", commands: {dny: [], deny: [FAKE_FAT, 'FAKE_*']}}\n",
	 "t:3:65: unknown setting 'dny'; did you mean 'deny'? Known: 'allow' and 'deny'\n"
	 "t:3:76: unknown command 'FAKE_FAT'; did you mean 'FAKE_FAST'? Known: 'read', 'write', 'FAKE_FAST', "
	 "'FAKE_WORD', 'FAKE_WAIT', 'FAKE_STUBBORN', 'FAKE_COND', 'FAKE_NONBLOCK', 'FAKE_FAILS', 'FAKE_DENIED', "
	 "'FAKE_NEVER' and 'FAKE_LIST'\n"},
	{HEAD DEVICES DEVICE ", allow: all}\n", "t:3:56: write 'allow: any', or a list of rules: 'allow: [{uid: "
						"1000}]'\n"},
	{HEAD DEVICES DEVICE ", allow: [{}, 7, {uid: bob}, {cdi: 7}], mode: 8888}\n",
	 "t:3:57: a rule must say who: uid, gid, cid, privileged, transport, socket or folder\n"
	 "t:3:61: write a rule as {uid: 1000} or {cid: 7}\n"
	 "t:3:70: 'uid: bob' is no number; write one from 0 to 4294967294\n"
	 "t:3:82: unknown setting 'cdi'; did you mean 'cid'? Known: 'uid', 'gid', 'cid', 'privileged', 'transport', "
	 "'socket' and 'folder'\n"
	 "t:3:93: 'mode: 8888' is out of range; write a number from 0 to 511\n"},
	{HEAD "devices: {../x: " DEVICE "}}\n",
	 "t:2:17: '../x' is no name of a node below /dev; write for example 'can0'\n"},
	{HEAD "devices: {can@0: " DEVICE "}}\n",
	 "t:2:18: 'can@0' is no name of a node below /dev; write for example 'can0'\n"},
	{HEAD "devices: {d: 5}\n", "t:2:14: write 'd: {interface: ..., backend: ...}'\n"},
	{"a: &a [*a]\n", "t:1:4: nested too deeply, or aliases unfold to too much; write the settings out\n"},
};

static void errors_say_where_what_and_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct config *config = config_parse("t", wrong[i].text, strlen(wrong[i].text));
		struct settings settings;
		char got[4096] = "";
		size_t used = 0;

		assert_non_null(config);
		settings_require_listen(config);
		assert_int_equal(settings_read(config, NULL, &settings), -EINVAL);
		for (size_t k = 0; k < config_errors(config); k++) {
			used += (size_t)snprintf(got + used, sizeof(got) - used, "%s\n", config_error_text(config, k));
		}
		if (strcmp(got, wrong[i].errors) != 0)
			print_message("---- for:\n%s\n---- got:\n%s\n", wrong[i].text, got);
		assert_string_equal(got, wrong[i].errors);
		config_unref(config);
	}
}

static const char good[] = "listen: ['unix:/a', unix:/b]\n"
			   "limits: {sessions: 3, message: 64KiB, threads: 0x10}\n"
			   "log: debug\n"
			   "devices:\n"
			   "  one: {interface: fake, backend: made, path: /x, rate: 500k, mode: 0640, major: 91}\n"
			   "  two:\n"
			   "    interface: fake\n"
			   "    backend: made\n"
			   "    path: /y\n"
			   "    allow: [{uid: 1000}, {cid: 7, privileged: yes}]\n"
			   "    commands: {deny: ['FAKE_*'], allow: [read]}\n";

static int read_text(const char *text, const struct device_set *before, struct settings *settings)
{
	struct config *config = config_parse("t", text, strlen(text));
	int error = settings_read(config, before, settings);

	for (size_t i = 0; i < config_errors(config); i++)
		print_message("%s\n", config_error_text(config, i));
	config_unref(config);
	return error ? error : settings_apply_policies(settings);
}

static void settings_are_read(void **state)
{
	struct iof_peer user = {.transport = "unix", .uid = 1000, .cid = UINT32_MAX};
	struct settings settings;
	struct device *one, *two;

	(void)state;
	assert_int_equal(read_text(good, NULL, &settings), 0);
	assert_int_equal(settings.n_listen, 2);
	assert_string_equal(settings.listen[1], "unix:/b");
	assert_int_equal(settings.limits.sessions, 3);
	assert_int_equal(settings.limits.message, 65536);
	assert_int_equal(settings.limits.threads, 16);
	assert_int_equal(settings.limits.handles, ENGINE_LIMITS_DEFAULT.handles);
	assert_int_equal(settings.limits.strangers, ENGINE_LIMITS_DEFAULT.strangers);
	assert_int_equal(settings.limits.sessions_per_guest, 2); /* one guest cannot have all */
	assert_int_equal(settings.log_level, IOF_LOG_DEBUG);
	one = device_set_find(settings.devices, "one");
	two = device_set_find(settings.devices, "two");
	assert_int_equal(one->mode, 0640);
	assert_int_equal(one->major, 91);
	assert_int_equal(two->mode, 0600);
	assert_false(device_admits(one, &user, "unix:/a") && user.uid != 0);
	assert_true(device_admits(two, &user, "unix:/a"));
	assert_true(two->denied[0]);
	assert_false(two->read_denied);
	assert_true(two->write_denied);
	settings_clear(&settings);
}

/* What else listens needs no addresses in the file; wrong ones are errors all the same. */
static void addresses_may_come_from_elsewhere(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(read_text(DEVICES DEVICE "}\n", NULL, &settings), 0);
	assert_int_equal(settings.n_listen, 0);
	settings_clear(&settings);
	assert_int_equal(read_text("listen: ['unix:']\n" DEVICES DEVICE "}\n", NULL, &settings), -EINVAL);
}

static void interfaces_may_be_spelled_as_their_files(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(read_text(DEVICES "{interface: two-words, backend: made, path: /x}\n", NULL, &settings), 0);
	assert_string_equal(settings.devices->devices[0]->interface->name, "two_words");
	settings_clear(&settings);
}

static void a_reload_keeps_what_did_not_change(void **state)
{
	struct settings first, second;
	char *changed = strdup(good);
	struct iof_peer user = {.transport = "unix", .uid = 1000, .cid = UINT32_MAX};

	(void)state;
	assert_non_null(changed);
	*strstr(changed, "500k") = '4';
	strstr(changed, "uid: 1000")[8] = '1';
	assert_int_equal(read_text(good, NULL, &first), 0);
	assert_int_equal(read_text(changed, first.devices, &second), 0);
	/* The rate makes another device of it, a rule does not. */
	assert_ptr_not_equal(device_set_find(second.devices, "one"), device_set_find(first.devices, "one"));
	assert_ptr_equal(device_set_find(second.devices, "two"), device_set_find(first.devices, "two"));
	assert_false(device_admits(device_set_find(second.devices, "two"), &user, "unix:/a"));
	settings_clear(&first);
	/* Its settings outlive the configuration that it was made of. */
	assert_int_equal(read_text(good, second.devices, &first), 0);
	assert_ptr_equal(device_set_find(second.devices, "two"), device_set_find(first.devices, "two"));
	settings_clear(&second);
	settings_clear(&first);
	free(changed);
}

static void limits_of_a_guest_follow_the_others(void **state)
{
	static const char many[] = HEAD "limits: {threads: 500, handles: 5000, sessions: 10}\n" DEVICES DEVICE "}\n";
	static const char given[] =
		HEAD "limits: {threads: 500, threads_per_guest: 50, handles: 5000, opens_per_guest: 60, "
		     "sessions: 10, sessions_per_guest: 9, strangers: 0}\n" DEVICES DEVICE "}\n";
	struct settings settings;

	(void)state;
	assert_int_equal(read_text(many, NULL, &settings), 0);
	assert_int_equal(settings.limits.threads_per_guest, 500);
	assert_int_equal(settings.limits.opens_per_guest, 5000);
	assert_int_equal(settings.limits.sessions_per_guest, 5);
	settings_clear(&settings);
	assert_int_equal(read_text(given, NULL, &settings), 0);
	assert_int_equal(settings.limits.threads_per_guest, 50);
	assert_int_equal(settings.limits.opens_per_guest, 60);
	assert_int_equal(settings.limits.sessions_per_guest, 9);
	assert_int_equal(settings.limits.strangers, 0);
	settings_clear(&settings);
}

static void sizes_and_numbers(void **state)
{
	static const char text[] = "{e: 4KiB, f: 7, g: 010, h: 4KB}";
	struct config *config = config_parse("t", text, strlen(text));
	const struct config_node *root = config_root(config);

	(void)state;
	assert_int_equal(config_size(root, "e", 1, 0, 1u << 20), 4096);
	assert_int_equal(config_size(root, "f", 1, 0, 1u << 20), 7);
	assert_int_equal(config_int(root, "g", 1, 0, 100), 8);
	assert_int_equal(config_size(root, "absent", 17, 0, 1u << 20), 17);
	assert_int_equal(config_errors(config), 0);
	assert_int_equal(config_size(root, "h", 1, 0, 1u << 20), 1); /* no unit of ours */
	assert_int_equal(config_errors(config), 1);
	assert_false(config_ok(root));
	config_unref(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_say_where_what_and_what_to_do),
		cmocka_unit_test(settings_are_read),
		cmocka_unit_test(addresses_may_come_from_elsewhere),
		cmocka_unit_test(interfaces_may_be_spelled_as_their_files),
		cmocka_unit_test(a_reload_keeps_what_did_not_change),
		cmocka_unit_test(limits_of_a_guest_follow_the_others),
		cmocka_unit_test(sizes_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
