/* SPDX-License-Identifier: MIT */
/* unix: and its socket files. */
#include "transports/stream/stream.h"
#include <errno.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ioferry-unix-XXXXXX";
static char path[64], address[80];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/socket", folder);
	snprintf(address, sizeof address, "unix:%s", path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static const struct iof_transport *unix_transport(const char **rest)
{
	char reason[256];
	const struct iof_transport *transport = iof_transport_find(address, rest, reason, sizeof reason);

	assert_non_null(transport);
	return transport;
}

static int listen_at(const char *at, struct iof_listener **listener, char *reason, size_t reason_size)
{
	const char *rest;
	const struct iof_host_transport *transport = iof_host_transport_find(at, &rest, reason, reason_size);

	assert_non_null(transport);
	return transport->listen(rest, NULL, listener, reason, reason_size);
}

static int listen_here(struct iof_listener **listener, char *reason, size_t reason_size)
{
	return listen_at(address, listener, reason, reason_size);
}

static int connect_here(struct iof_link **link)
{
	const char *rest;

	return unix_transport(&rest)->connect(rest, 1000, link);
}

static void take(void *context, const uint8_t *bytes, size_t length)
{
	(void)length;
	*(uint32_t *)context = iof_get_u32(bytes + 4);
}

static void both_ends_know_each_other_and_exchange_messages(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct iof_link *guest, *host;
	uint8_t message[40] = {40, 0, 0, 0, 21, 0, 0, 0};
	struct iovec part = {.iov_base = message, .iov_len = sizeof message};
	char reason[256], name[64];
	uint32_t got = 0;

	assert_int_equal(listen_here(&listener, reason, sizeof reason), 0);
	assert_int_equal(listener->ops->accept(listener, &host), -EAGAIN);
	assert_int_equal(connect_here(&guest), 0);
	assert_int_equal(listener->ops->accept(listener, &host), 0);

	snprintf(name, sizeof name, "unix:uid=%u", geteuid());
	assert_string_equal(host->ops->peer(host)->name, name);
	assert_string_equal(host->ops->peer(host)->transport, "unix");
	assert_int_equal(host->ops->peer(host)->uid, geteuid());
	assert_int_equal(host->ops->peer(host)->pid, getpid());
	assert_int_equal(guest->ops->peer(guest)->uid, geteuid());

	assert_int_equal(guest->ops->send(guest, &part, 1), 0);
	assert_int_equal(host->ops->receive(host, true, take, &got), 1);
	assert_int_equal(got, 21);
	assert_int_equal(host->ops->send(host, &part, 1), 0);
	got = 0;
	assert_int_equal(guest->ops->receive(guest, true, take, &got), 1);
	assert_int_equal(got, 21);

	guest->ops->destroy(guest);
	assert_int_equal(host->ops->receive(host, true, take, &got), -ENODEV);
	host->ops->destroy(host);
	listener->ops->destroy(listener);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_socket_in_use_is_left_alone(void **state)
{
	(void)state;
	struct iof_listener *first, *second;
	struct iof_link *guest;
	char reason[256] = "";

	assert_int_equal(listen_here(&first, reason, sizeof reason), 0);
	assert_int_equal(listen_here(&second, reason, sizeof reason), -EADDRINUSE);
	assert_non_null(strstr(reason, "in use"));
	assert_int_equal(connect_here(&guest), 0);
	guest->ops->destroy(guest);
	first->ops->destroy(first);
}

static void a_stale_socket_is_replaced(void **state)
{
	(void)state;
	struct iof_listener *listener;
	struct iof_link *guest;
	struct sockaddr_un un;
	char reason[256];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(iof_unix_address(path, &un), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	close(fd); /* what a killed daemon leaves behind */
	assert_int_equal(connect_here(&guest), -ECONNREFUSED);
	assert_int_equal(listen_here(&listener, reason, sizeof reason), 0);
	assert_int_equal(connect_here(&guest), 0);
	guest->ops->destroy(guest);
	listener->ops->destroy(listener);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	(void)state;
	struct iof_listener *listener;
	char reason[256] = "";
	FILE *file = fopen(path, "w");

	fclose(file);
	assert_int_equal(listen_here(&listener, reason, sizeof reason), -EEXIST);
	assert_non_null(strstr(reason, "not a socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

static void a_successors_socket_survives_the_old_listener(void **state)
{
	(void)state;
	struct iof_listener *old, *new;
	struct iof_link *guest;
	char reason[256];

	assert_int_equal(listen_here(&old, reason, sizeof reason), 0);
	unlink(path);
	assert_int_equal(listen_here(&new, reason, sizeof reason), 0);
	old->ops->destroy(old);
	assert_int_equal(connect_here(&guest), 0);
	guest->ops->destroy(guest);
	new->ops->destroy(new);
}

static void nobody_there(void **state)
{
	(void)state;
	struct iof_link *guest;

	assert_int_equal(connect_here(&guest), -ENOENT);
}

static void paths_that_are_none_are_refused_with_words(void **state)
{
	(void)state;
	char reason[512] = "", longer[300], with_scheme[310];
	struct sockaddr_un un;
	struct iof_listener *listener;

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	snprintf(with_scheme, sizeof with_scheme, "unix:%s", longer);
	assert_int_equal(iof_unix_address("", &un), -EINVAL);
	assert_int_equal(iof_unix_address(longer, &un), -ENAMETOOLONG);
	assert_int_equal(listen_at(with_scheme, &listener, reason, sizeof reason), -ENAMETOOLONG);
	assert_non_null(strstr(reason, "107"));
}

static void a_full_queue_ends_at_the_deadline(void **state)
{
	(void)state;
	struct sockaddr_un un;
	struct iof_link *links[64];
	const char *rest;
	int n = 0, r, fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(iof_unix_address(path, &un), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	assert_int_equal(listen(fd, 1), 0);
	while ((r = unix_transport(&rest)->connect(rest, 50, &links[n])) == 0)
		assert_true(++n < 64);
	assert_int_equal(r, -ETIMEDOUT);
	while (n-- > 0)
		links[n]->ops->destroy(links[n]);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_know_each_other_and_exchange_messages),
		cmocka_unit_test(a_socket_in_use_is_left_alone),
		cmocka_unit_test(a_stale_socket_is_replaced),
		cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
		cmocka_unit_test(a_successors_socket_survives_the_old_listener),
		cmocka_unit_test(nobody_there),
		cmocka_unit_test(paths_that_are_none_are_refused_with_words),
		cmocka_unit_test(a_full_queue_ends_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
