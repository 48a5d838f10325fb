/* SPDX-License-Identifier: MIT */
/* Where clients of the 9P2000.L server come from, who they are, and how many. */
#include "p9_client.h"
#include "transports/stream/stream.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <ioferry/transport.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OF_A_PEER 16

static char folder[] = "/tmp/ioferry-9p2000-XXXXXX";
static char path[64], unix_address[80];

extern const struct iof_host_transport iof_host_transport_9p2000;

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/socket", folder);
	(void)snprintf(unix_address, sizeof unix_address, "unix:%s", path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int listen_at(const char *address, struct iof_listener **listener)
{
	char reason[256] = "";
	int error = iof_host_transport_9p2000.listen(address, NULL, listener, reason, sizeof reason);

	assert_int_equal(!error, !*reason); /* who fails says why */
	return error;
}

/* The answer to Tversion, given while the listener is looked after. NULL: it has hung up. */
static struct answer *greet(struct iof_listener *listener, int fd)
{
	struct iof_link *link;

	p9_send_request(fd, TVERSION, 1, "ds", 65536u, "9P2000.L");
	while (!iof_poll(fd, POLLIN, 10))
		assert_int_equal(listener->ops->accept(listener, &link), -EAGAIN);
	return answer_wait(fd);
}

/* The peer of a session that this client begins. */
static struct iof_peer peer_of(struct iof_listener *listener, int fd)
{
	struct iof_link *link;
	struct iof_peer peer;

	free(greet(listener, fd));
	assert_int_equal(p9_error_of(fd, TATTACH, "ddssd", 0u, UINT32_MAX, "", "", 0u), 0);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwss", 0u, 1u, 2, "00000000000000000000000000000001", "ctl"), 0);
	assert_int_equal(p9_error_of(fd, TLOPEN, "dd", 1u, (uint32_t)O_RDWR), 0);
	assert_true(iof_poll(listener->ops->descriptor(listener), POLLIN, 1000) & POLLIN);
	assert_int_equal(listener->ops->accept(listener, &link), 0);
	peer = *link->ops->peer(link);
	link->ops->destroy(link);
	return peer;
}

static int connect_unix(void)
{
	struct sockaddr_un address;
	int fd;

	assert_int_equal(iof_unix_address(path, &address), 0);
	fd = iof_stream_connect((const struct sockaddr *)&address, sizeof address, 1000);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	return fd;
}

static void only_loopback_addresses_are_listened_at(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		int error;
	} cases[] = {
		{"tcp:127.0.0.1:5640", 0},
		{"tcp:127.1.2.3:1", 0},
		{"tcp:[::1]:65535", 0},
		{"tcp:0.0.0.0:5640", -EPERM},
		{"tcp:192.168.1.1:5640", -EPERM},
		{"tcp:128.0.0.1:5640", -EPERM},
		{"tcp:[::]:5640", -EPERM},
		{"tcp:[::ffff:127.0.0.1]:5640", -EPERM},
		{"tcp:[fe80::1]:5640", -EPERM},
		{"tcp:localhost:5640", -EINVAL},
		{"tcp:127.0.0.1", -EINVAL},
		{"tcp:127.0.0.1:0", -EINVAL},
		{"tcp:127.0.0.1:65536", -EINVAL},
		{"tcp:::1:5640", -EINVAL},
		{"tcp:[:5640", -EINVAL},
		{"vsock:any:5640", 0},
		{"vsock:any:0", -EINVAL},
		{"unix:/run/x", 0},
		{"unix:x", -EINVAL},
		{"fd:3", 0},
		{"fd:-1", -EINVAL},
		{"fd:4294967295", -EINVAL},
		{"fd:", -EINVAL},
		{"unix", -EINVAL},
		{"", -EINVAL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char reason[256] = "";
		int error = iof_host_transport_9p2000.check(cases[i].address, reason, sizeof reason);

		if (error != cases[i].error || !error != !*reason)
			fail_msg("%s: %d, %s", cases[i].address, error, reason);
		if (error == -EPERM)
			assert_non_null(strstr(reason, "no authentication"));
	}
}

static void a_unix_client_is_its_user(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct iof_peer peer;
	char name[64];
	int fd;

	assert_int_equal(listen_at(unix_address, &listener), 0);
	fd = connect_unix();
	peer = peer_of(listener, fd);
	(void)snprintf(name, sizeof name, "9p2000:unix:uid=%u", geteuid());
	assert_string_equal(peer.name, name);
	assert_string_equal(peer.transport, "9p2000");
	assert_int_equal(peer.uid, geteuid());
	assert_int_equal(peer.pid, getpid());
	(void)close(fd);
	listener->ops->destroy(listener);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_tcp_client_is_anybody(void **state)
{
	(void)state;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct iof_listener *listener = NULL;
	struct iof_peer peer;
	int fd, error = -EADDRINUSE;

	for (uint16_t port = 20564; error == -EADDRINUSE && port < 20664; port++) {
		char text[32];

		(void)snprintf(text, sizeof text, "tcp:127.0.0.1:%u", port);
		error = listen_at(text, &listener);
		address.sin_port = htons(port);
	}
	assert_int_equal(error, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
	peer = peer_of(listener, fd);
	assert_string_equal(peer.name, "9p2000:tcp");
	assert_int_equal(peer.uid, (uid_t)-1);
	assert_int_equal(peer.cid, UINT32_MAX);
	(void)close(fd);
	listener->ops->destroy(listener);
}

static void a_peer_has_so_many_connections(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct answer *answer;
	int fds[OF_A_PEER + 1];

	assert_int_equal(listen_at(unix_address, &listener), 0);
	for (int i = 0; i < OF_A_PEER; i++) {
		fds[i] = connect_unix();
		answer = greet(listener, fds[i]);
		assert_non_null(answer);
		free(answer);
	}
	fds[OF_A_PEER] = connect_unix();
	assert_null(greet(listener, fds[OF_A_PEER]));
	(void)close(fds[OF_A_PEER]);
	/* There is room again when one has gone. */
	(void)close(fds[0]);
	do {
		fds[0] = connect_unix();
		answer = greet(listener, fds[0]);
		if (!answer)
			(void)close(fds[0]);
	} while (!answer);
	free(answer);
	for (int i = 0; i < OF_A_PEER; i++)
		(void)close(fds[i]);
	listener->ops->destroy(listener);
}

static void a_descriptor_must_be_a_connected_stream(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct iof_peer peer;
	char text[32];
	int fds[2], pair[2];

	assert_int_equal(listen_at("fd:1000000", &listener), -EBADF);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	(void)snprintf(text, sizeof text, "fd:%d", fds[0]);
	assert_int_equal(listen_at(text, &listener), -EINVAL);
	(void)close(fds[0]);
	(void)close(fds[1]);
	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(listen(fds[0], 1), 0);
	(void)snprintf(text, sizeof text, "fd:%d", fds[0]);
	assert_int_equal(listen_at(text, &listener), -EINVAL);
	(void)close(fds[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	(void)snprintf(text, sizeof text, "fd:%d", pair[0]);
	assert_int_equal(listen_at(text, &listener), 0);
	peer = peer_of(listener, pair[1]);
	assert_int_equal(peer.uid, geteuid());
	(void)close(pair[1]);
	listener->ops->destroy(listener);
}

/* As a port of virtio-serial would be: a character device that takes bytes both ways. */
static void a_port_serves_as_well(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct iof_peer peer;
	char text[32], expected[64];
	int client = posix_openpt(O_RDWR | O_NOCTTY), port;
	char raw[256];

	assert_true(client >= 0 && grantpt(client) == 0 && unlockpt(client) == 0);
	port = open(ptsname(client), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(port >= 0);
	(void)snprintf(raw, sizeof raw, "stty raw -echo <%s", ptsname(client));
	assert_int_equal(system(raw), 0); /* NOLINT(cert-env33-c) */
	(void)snprintf(text, sizeof text, "fd:%d", port);
	(void)snprintf(expected, sizeof expected, "9p2000:fd:%d", port);
	assert_int_equal(listen_at(text, &listener), 0);
	peer = peer_of(listener, client);
	assert_string_equal(peer.name, expected);
	(void)close(client);
	listener->ops->destroy(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_loopback_addresses_are_listened_at),
		cmocka_unit_test(a_unix_client_is_its_user),
		cmocka_unit_test(a_tcp_client_is_anybody),
		cmocka_unit_test(a_peer_has_so_many_connections),
		cmocka_unit_test(a_descriptor_must_be_a_connected_stream),
		cmocka_unit_test(a_port_serves_as_well),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
