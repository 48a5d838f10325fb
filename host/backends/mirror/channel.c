/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/channel.h"
#include "host/backends/mirror/internal.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGE_SIZE = 40, ANSWER_SIZE = 4 + sizeof(((struct mirror_answer *)NULL)->wrong) };

static int send_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ENODEV;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static int receive_all(int fd, uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t n = recv(fd, bytes, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ENODEV;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static void encode(const struct mirror_message *message, uint8_t bytes[MESSAGE_SIZE])
{
	const struct plan_case *made_of = &message->made_of;
	const uint8_t flags[] = {made_of->operation, made_of->abi,     made_of->wild,
				 made_of->hold,      made_of->hostile, made_of->nonblock};

	plan_store(bytes, 4, false, message->question);
	plan_store(bytes + 4, 4, false, message->device);
	plan_store(bytes + 8, 4, false, message->revents);
	plan_store(bytes + 12, 8, false, made_of->seed);
	plan_store(bytes + 20, 4, false, made_of->command);
	plan_store(bytes + 24, 4, false, (uint32_t)made_of->choice);
	plan_store(bytes + 28, 4, false, made_of->size);
	memset(bytes + 32, 0, MESSAGE_SIZE - 32);
	memcpy(bytes + 32, flags, sizeof(flags));
}

static void decode(const uint8_t bytes[MESSAGE_SIZE], struct mirror_message *message)
{
	*message = (struct mirror_message){
		.question = (uint32_t)plan_load(bytes, 4, false),
		.device = (uint32_t)plan_load(bytes + 4, 4, false),
		.revents = (uint32_t)plan_load(bytes + 8, 4, false),
		.made_of =
			{
				.seed = plan_load(bytes + 12, 8, false),
				.command = (uint32_t)plan_load(bytes + 20, 4, false),
				.choice = (int32_t)plan_load(bytes + 24, 4, false),
				.size = (uint32_t)plan_load(bytes + 28, 4, false),
				.operation = bytes[32],
				.abi = bytes[33],
				.wild = bytes[34],
				.hold = bytes[35],
				.hostile = bytes[36],
				.nonblock = bytes[37],
			},
	};
}

int mirror_ask(int fd, const struct mirror_message *message, struct mirror_answer *answer)
{
	uint8_t bytes[ANSWER_SIZE];

	encode(message, bytes);
	if (send_all(fd, bytes, MESSAGE_SIZE) || receive_all(fd, bytes, ANSWER_SIZE))
		return -ENODEV;
	answer->calls = (uint32_t)plan_load(bytes, 4, false);
	memcpy(answer->wrong, bytes + 4, sizeof(answer->wrong));
	answer->wrong[sizeof(answer->wrong) - 1] = '\0';
	return 0;
}

int mirror_receive(int fd, struct mirror_message *message)
{
	uint8_t bytes[MESSAGE_SIZE];

	if (receive_all(fd, bytes, MESSAGE_SIZE))
		return -ENODEV;
	decode(bytes, message);
	return message->device < MIRROR_DEVICES ? 0 : -ENODEV;
}

int mirror_reply(int fd, const struct mirror_answer *answer)
{
	uint8_t bytes[ANSWER_SIZE];

	plan_store(bytes, 4, false, answer->calls);
	memcpy(bytes + 4, answer->wrong, sizeof(answer->wrong));
	return send_all(fd, bytes, sizeof(bytes));
}
