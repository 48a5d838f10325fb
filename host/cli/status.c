/* SPDX-License-Identifier: MIT */
#include "status.h"

#include "commands.h"
#include <ioferry/control.h>

enum { STATUS_BYTES = 16 << 20, STATUS_ALLOCATIONS = 1000000 };

int command_status(struct iof_session *session, const struct options *options, char *reason, size_t reason_size)
{
	const Ioferry__StatusReply *status;
	struct iof_control_arena arena;
	int error = iof_control_arena_create(&arena, STATUS_BYTES, STATUS_ALLOCATIONS);

	if (error)
		return error;
	error = iof_session_status(session, &arena, &status, reason, reason_size);
	if (!error && options->json)
		status_print_json(status);
	else if (!error)
		status_print_text(status);
	iof_control_arena_destroy(&arena);
	return error;
}
