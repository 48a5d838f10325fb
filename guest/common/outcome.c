/* SPDX-License-Identifier: MIT */
#include "guest/common/outcome.h"

#include <errno.h>
#include <ioferry/session.h>

/* include/linux/errno.h */
#define ERESTARTSYS    512
#define ENOIOCTLCMD    515
#define ERESTART_BLOCK 516

int outcome_error(const struct iof_reply *reply)
{
	int error = iof_reply_error(reply);

	if (error == -ENOIOCTLCMD)
		return -ENOTTY;
	return error <= -ERESTARTSYS && error >= -ERESTART_BLOCK ? -EINTR : error;
}

long outcome_result(int32_t result)
{
	return result < 0 && result >= OUTCOME_ERRNO_LAST ? -EIO : result;
}
