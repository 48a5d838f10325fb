/* SPDX-License-Identifier: MIT */
/**
 * @file carrier.h
 * Calls over a transport: the mirror's process, a session with it, and lanes - a device each, with a connection beside
 * it on which the test announces its cases.
 */
#ifndef CONFORMANCE_CARRIER_H
#define CONFORMANCE_CARRIER_H

#include "conformance.h"
#include "host/backends/mirror/channel.h"
#include <ioferry/session.h>
#include <sys/uio.h>

/** The host's side, and how it is reached. */
struct mirror_process {
	int pid;               /**< 0: not ours */
	int input;             /**< closed to end it */
	char folder[64];       /**< of its sockets; "" none */
	char channel[128];     /**< address of the connections beside the calls */
	const char *no_folder; /**< why there is no shared folder; "": not in this build; NULL: there is one */
};

/** Starts @p program in a folder of its own; listens at "unix" and "vsock-unix" there, and at "9p". Ends the test if it
 * cannot. */
void mirror_start(struct mirror_process *mirror, const char *program);
/** Ends it. False: it had found something wrong with itself, a leak for example. */
bool mirror_stop(struct mirror_process *mirror);

/** A session over one transport. */
struct carrier {
	const struct run *run;
	char address[160];
	struct iof_session *session;
	/** The last event that was pushed, by a handle; revents 0: none. Under lock. */
	struct carrier_events *events;
};

/** False: there is no session; @p reason says why. */
bool carrier_begin(struct carrier *carrier, const struct run *run, const char *address, char *reason, size_t size);
void carrier_end(struct carrier *carrier);
/** Waits until an event of this handle has come; its revents. */
uint32_t carrier_event(struct carrier *carrier, iof_handle handle);

/** One device of a session. Used by one thread. */
struct lane {
	struct carrier *carrier;
	const struct iof_device *device;
	unsigned index;
	int channel;
	iof_handle handle;
};

/** Ends the test if it cannot. */
void lane_open(struct lane *lane, struct carrier *carrier, unsigned index, const char *channel);
void lane_close(struct lane *lane);
/** Ends the test where the mirror is gone. */
struct mirror_answer lane_ask(struct lane *lane, enum mirror_question question, const struct plan_case *made_of);

/** A call in flight and its reply. */
struct flight {
	struct iof_call call;
	struct iof_reply reply;
	uint8_t *payload;
	size_t length, room;
};

/** Sends; 0 or a negative errno. */
int flight_send(struct flight *flight, struct lane *lane, struct iof_request request, const void *payload,
		size_t length);
/** Waits for the reply. */
void flight_wait(struct flight *flight, struct lane *lane);
void flight_free(struct flight *flight);

/** Socket addresses of the connections beside the calls: a path, or vsock:CID:PORT. A descriptor or a negative errno.
 */
int socket_connect(const char *address);
int socket_listen(const char *address);

/** What a VMM does for a guest that dials the host: takes connections at @p path, passes bytes to @p path_PORT. Runs
 *  until the program ends. 0 or a negative errno. */
int bridge_start(const char *path);

/** Sends a message that was made wrong on purpose; @p must_fail: it may not reach the driver. */
void hostile_send(struct bench *bench, struct lane *lane, const struct iof_request *request, const uint8_t *bytes,
		  size_t length, bool must_fail);
/** One case, made, sent, compared. */
void link_case(struct bench *bench, struct lane *lane, const struct plan_case *made_of);
/** A case of chance of the bench's command; @p hold: it is cancelled. */
void link_random(struct bench *bench, struct lane *lane, uint32_t number, iof_abi abi, bool hold);
/** Everything of one command; messages of it that are wrong; read or write; poll. */
void link_command(struct bench *bench, struct lane *lane);
void hostile_command(struct bench *bench, struct lane *lane);
void io_calls(struct bench *bench, struct lane *lane, enum plan_operation operation);
void poll_calls(struct bench *bench, struct lane *lane);
/** Calls of all commands at once, from threads with devices and sessions of their own and shared ones. */
void parallel_calls(struct bench *bench, const char *address, const char *channel);

#endif
