/* SPDX-License-Identifier: MIT */
#include "host/session/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX

static const struct iof_peer user = {.transport = "unix", .uid = 1000, .gid = 100, .cid = UINT32_MAX, .port = 0};
static const struct iof_peer root = {.transport = "unix", .uid = 0, .gid = 0, .cid = UINT32_MAX};
static const struct iof_peer vm = {.transport = "vsock", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = 7, .port = 40000};
static const struct iof_peer vm_root = {
	.transport = "vsock", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = 7, .port = 1023};
static const struct iof_peer vmm = {.transport = "vsock-unix", NOBODY};

#define UNIX   "unix:/run/ioferry.sock"
#define VSOCK  "vsock:any:7700"
#define HYBRID "vsock-unix:/run/vm1.vsock:7700"

static const struct {
	const char *what;
	struct guest_rule rule;
	const struct iof_peer *peer;
	const char *address;
	bool allowed;
} cases[] = {
	{"no condition", {0}, &vm, VSOCK, true},
	{"uid", {.has_uid = true, .uid = 1000}, &user, UNIX, true},
	{"another uid", {.has_uid = true, .uid = 1001}, &user, UNIX, false},
	{"uid of a peer that has none", {.has_uid = true, .uid = (uid_t)-1}, &vm, VSOCK, false},
	{"uid 0 is not a peer without a uid", {.has_uid = true, .uid = 0}, &vmm, HYBRID, false},
	{"gid", {.has_gid = true, .gid = 100}, &user, UNIX, true},
	{"gid of a peer that has none", {.has_gid = true, .gid = (gid_t)-1}, &vm, VSOCK, false},
	{"cid", {.has_cid = true, .cid = 7}, &vm, VSOCK, true},
	{"another cid", {.has_cid = true, .cid = 8}, &vm, VSOCK, false},
	{"cid of a peer that has none", {.has_cid = true, .cid = UINT32_MAX}, &user, UNIX, false},
	{"cid and privileged", {.has_cid = true, .cid = 7, .privileged = true}, &vm_root, VSOCK, true},
	{"cid, but a high port", {.has_cid = true, .cid = 7, .privileged = true}, &vm, VSOCK, false},
	{"privileged on this machine", {.privileged = true}, &root, UNIX, true},
	{"not privileged on this machine", {.privileged = true}, &user, UNIX, false},
	{"port 0 proves nothing without a cid", {.privileged = true}, &vmm, HYBRID, false},
	{"transport", {.transport = (char *)"vsock"}, &vm, VSOCK, true},
	{"another transport", {.transport = (char *)"vsock"}, &user, UNIX, false},
	{"socket of a VMM", {.socket = (char *)"/run/vm1.vsock"}, &vmm, HYBRID, true},
	{"socket of another VMM", {.socket = (char *)"/run/vm2.vsock"}, &vmm, HYBRID, false},
	{"a beginning of the path", {.socket = (char *)"/run/vm1"}, &vmm, HYBRID, false},
	{"unix socket", {.socket = (char *)"/run/ioferry.sock"}, &user, UNIX, true},
	{"unix socket of a 9P client", {.socket = (char *)"/run/9p.sock"}, &user, "9p2000:unix:/run/9p.sock", true},
	{"another socket of a 9P client", {.socket = (char *)"/run/9p"}, &user, "9p2000:unix:/run/9p.sock", false},
	{"all conditions must hold", {.has_uid = true, .uid = 1000, .has_gid = true, .gid = 5}, &user, UNIX, false},
};

static void rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guest_rule rule = cases[i].rule;
		struct guest_policy policy = {.given = true, .rules = &rule, .n_rules = 1};

		print_message("%s\n", cases[i].what);
		assert_int_equal(guest_policy_allows(&policy, cases[i].peer, cases[i].address), cases[i].allowed);
	}
}

static void without_rules(void **state)
{
	struct guest_policy none = {0}, nobody = {.given = true};
	struct iof_peer own = user;

	(void)state;
	own.uid = geteuid();
	assert_true(guest_policy_allows(&none, &root, UNIX));
	assert_true(guest_policy_allows(&none, &own, UNIX));
	assert_int_equal(guest_policy_allows(&none, &user, UNIX), geteuid() == 1000);
	assert_false(guest_policy_allows(&none, &vm_root, VSOCK));
	assert_false(guest_policy_allows(&none, &vmm, HYBRID));
	assert_false(guest_policy_allows(&nobody, &root, UNIX));
}

static void commands(void **state)
{
	char *allow[] = {(char *)"CAN_IOCTL_*", (char *)"read"}, *deny[] = {(char *)"CAN_IOCTL_CONFIG", (char *)"*_R?"};
	struct command_policy all = {0};
	struct command_policy some = {.allow = allow, .n_allow = 2, .deny = deny, .n_deny = 2};

	(void)state;
	assert_true(command_policy_allows(&all, "anything"));
	assert_true(command_policy_allows(&some, "CAN_IOCTL_STATUS"));
	assert_true(command_policy_allows(&some, "read"));
	assert_false(command_policy_allows(&some, "write"));
	assert_false(command_policy_allows(&some, "CAN_IOCTL_CONFIG"));
	assert_true(command_policy_allows(&some, "CAN_IOCTL_CONFIGURERTR"));
	assert_false(command_policy_allows(&some, "CAN_IOCTL_RT"));
}

static void the_same_guest(void **state)
{
	struct iof_peer other = vm;

	(void)state;
	assert_true(peer_same(&vm, &vm_root)); /* another port of the same machine */
	other.cid = 8;
	assert_false(peer_same(&vm, &other));
	assert_false(peer_same(&user, &root));
	assert_false(peer_same(&user, &vm));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(without_rules),
		cmocka_unit_test(commands),
		cmocka_unit_test(the_same_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
