/* SPDX-License-Identifier: MIT */
/* ctl: orders to the link, requests that have no reply, and the page that tells the session's state. */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>

static void wake(struct folder *folder)
{
	batches_wake(folder, 0);
	if (folder->probing)
		ctl_tell(folder, folder_unpark(&folder->probing));
}

static int obey(struct folder *folder, uint32_t order, uint64_t value)
{
	switch (order) {
	case FOLDER_ORDER_MODE: folder->mode = value; return 0;
	case FOLDER_ORDER_PROBE: return 0;
	case FOLDER_ORDER_WAKE: wake(folder); return 0;
	/* Ended by the clock's thread: here a lock is held that comes after the tree's. */
	case FOLDER_ORDER_BYE:
		folder->leaving = true;
		wake(folder);
		clock_note(folder->tree, tree_now_ms());
		return 0;
	default: return EINVAL;
	}
}

void ctl_write(struct folder *folder, const uint8_t *bytes, size_t size, struct tree_request *request)
{
	uint32_t length = size >= FOLDER_ORDER_SIZE ? iof_get_u32(bytes) : 0;
	int error = EPROTO;

	if (length == FOLDER_ORDER_SIZE)
		error = obey(folder, iof_get_u32(bytes + 4), iof_get_u64(bytes + 8));
	else if (length && length <= size)
		error = requests_take(folder, bytes, length);
	if (!error)
		folder->frames++;
	folder_answer(request, error, size);
}

void ctl_tell(struct folder *folder, struct tree_request *request)
{
	uint8_t state[FOLDER_STATE_SIZE] = {0};

	iof_put_u64(state + FOLDER_STATE_MAGIC, FOLDER_MAGIC);
	iof_put_u64(state + FOLDER_STATE_READS, ++folder->states_read);
	iof_put_u64(state + FOLDER_STATE_WRITES, folder->frames);
	iof_put_u32(state + FOLDER_STATE_PARKED, (uint32_t) !!folder->waiting + !!folder->probing);
	iof_put_u32(state + FOLDER_STATE_VERSION, FOLDER_VERSION);
	folder_answer_padded(request, state, sizeof state, 0);
}

void ctl_read(struct folder *folder, uint64_t offset, struct tree_request *request)
{
	if (offset >= FOLDER_HELD_STATES && !folder->probing && folder->tree->parked < TREE_PARKED_MAX)
		folder_park(folder, &folder->probing, request, FOLDER_PROBE_MS);
	else
		ctl_tell(folder, request);
}
