/* SPDX-License-Identifier: MIT */
#include "guest/common/records.h"

#include <errno.h>

uint32_t records_asked(const struct iof_io *io, iof_abi abi, size_t count)
{
	if (!io->count_records)
		count /= iof_type_size(io->record, abi);
	return count < io->max_count ? (uint32_t)count : io->max_count;
}

ssize_t records_result(const struct iof_io *io, iof_abi abi, size_t count, int32_t result)
{
	size_t returned = (size_t)result;

	if (result < 0)
		return -EIO;
	if (!io->count_records)
		returned = returned / iof_type_size(io->record, IOF_ABI_CANONICAL) * iof_type_size(io->record, abi);
	return returned <= count ? (ssize_t)returned : -EIO;
}
