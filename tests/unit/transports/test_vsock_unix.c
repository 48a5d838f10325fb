/* SPDX-License-Identifier: MIT */
/* vsock-unix: the sockets of Firecracker and Cloud Hypervisor, the VMM's part played by the test. */
#include "transports/stream/stream.h"
#include <errno.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ioferry-vmm-XXXXXX";
static char path[64], rest[80];

extern const struct iof_transport iof_transport_vsock_unix;
extern const struct iof_host_transport iof_host_transport_vsock_unix;

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/vm_1.vsock", folder);
	snprintf(rest, sizeof rest, "%s:7700", path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int unix_socket(const char *at, bool listens)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un un;

	assert_int_equal(iof_unix_address(at, &un), 0);
	if (listens) {
		assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
		assert_int_equal(listen(fd, 4), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	}
	return fd;
}

static void take(void *context, const uint8_t *bytes, size_t length)
{
	(void)length;
	*(uint32_t *)context = iof_get_u32(bytes + 4);
}

static void a_guest_that_dials_the_host_arrives_without_a_handshake(void **state)
{
	(void)state;
	uint8_t message[40] = {40, 0, 0, 0, 9};
	struct iof_listener *listener;
	struct iof_link *link;
	char reason[256], with_port[80];
	uint32_t got = 0;
	int vmm;

	assert_int_equal(iof_host_transport_vsock_unix.listen(rest, NULL, &listener, reason, sizeof reason), 0);
	snprintf(with_port, sizeof with_port, "%s_7700", path);
	vmm = unix_socket(with_port, false);
	assert_int_equal(write(vmm, message, sizeof message), sizeof message);
	assert_int_equal(listener->ops->accept(listener, &link), 0);
	assert_int_equal(link->ops->receive(link, true, take, &got), 1);
	assert_int_equal(got, 9);

	/* The path names the VM; no uid: the VMM's would say nothing of the guest. */
	snprintf(with_port, sizeof with_port, "vsock-unix:%s", path);
	assert_string_equal(link->ops->peer(link)->name, with_port);
	assert_int_equal(link->ops->peer(link)->uid, (uid_t)-1);
	assert_int_equal(link->ops->peer(link)->cid, UINT32_MAX);
	link->ops->destroy(link);
	listener->ops->destroy(listener);
	close(vmm);
}

struct vmm {
	int listener;
	const char *answer; /* NULL: closes without one */
	size_t length;
	char request[64];
};

static void *answer_one(void *context)
{
	struct vmm *vmm = context;
	int fd = accept(vmm->listener, NULL, NULL);

	for (size_t n = 0; n < sizeof vmm->request - 1; n++)
		if (read(fd, &vmm->request[n], 1) != 1 || vmm->request[n] == '\n')
			break;
	if (vmm->answer) {
		char end;

		if (write(fd, vmm->answer, vmm->length) < 0)
			perror("write");
		while (read(fd, &end, 1) > 0) /* until the other side goes */
			;
	}
	close(fd);
	return NULL;
}

static int connect_with(const char *answer, size_t length, char *request, uint32_t *got)
{
	struct vmm vmm = {.listener = unix_socket(path, true), .answer = answer, .length = length};
	struct iof_link *link;
	pthread_t thread;
	int r;

	pthread_create(&thread, NULL, answer_one, &vmm);
	r = iof_transport_vsock_unix.connect(rest, 300, &link);
	if (r == 0) {
		if (got)
			assert_int_equal(link->ops->receive(link, true, take, got), 1);
		link->ops->destroy(link);
	}
	pthread_join(thread, NULL);
	close(vmm.listener);
	unlink(path);
	if (request)
		memcpy(request, vmm.request, sizeof vmm.request);
	return r;
}

static int connect_to(const char *answer)
{
	return connect_with(answer, answer ? strlen(answer) : 0, NULL, NULL);
}

static void connecting_to_a_guest_shakes_hands(void **state)
{
	(void)state;
	char request[64];

	assert_int_equal(connect_with("OK 1073741824\n", 14, request, NULL), 0);
	assert_string_equal(request, "CONNECT 7700\n");
}

static void a_message_right_behind_the_handshake_is_not_swallowed(void **state)
{
	(void)state;
	static const char answer[5 + 32] = "OK 5\n\x20\0\0\0\x07";
	uint32_t got = 0;

	assert_int_equal(connect_with(answer, sizeof answer, NULL, &got), 0);
	assert_int_equal(got, 7);
}

static void other_answers_are_refused(void **state)
{
	(void)state;
	assert_int_equal(connect_to(NULL), -ECONNREFUSED);
	assert_int_equal(connect_to("NO\n"), -EPROTO);
	assert_int_equal(connect_to("\n"), -EPROTO);
	assert_int_equal(connect_to("OK 1111111111111111111111111111111111111111"), -EPROTO);
	assert_int_equal(connect_to("OK 1"), -ETIMEDOUT);
}

static void addresses_without_a_port_are_refused_with_words(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "/path", "/path:", "/path:x", "/path:1x", ":1", "/path:4294967296"};
	struct iof_listener *listener;
	struct iof_link *link;
	char reason[256];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		reason[0] = '\0';
		assert_int_equal(iof_host_transport_vsock_unix.listen(bad[i], NULL, &listener, reason, sizeof reason),
				 -EINVAL);
		assert_non_null(strstr(reason, "/path:port"));
		assert_int_equal(iof_transport_vsock_unix.connect(bad[i], 100, &link), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_that_dials_the_host_arrives_without_a_handshake),
		cmocka_unit_test(connecting_to_a_guest_shakes_hands),
		cmocka_unit_test(a_message_right_behind_the_handshake_is_not_swallowed),
		cmocka_unit_test(other_answers_are_refused),
		cmocka_unit_test(addresses_without_a_port_are_refused_with_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
