/* SPDX-License-Identifier: MIT */
/**
 * @file front.h
 * What the front ends share to which the kernel brings calls as FUSE requests: ioferry-cuse and ioferry-fuse. One
 * process, one thread, one session to the host.
 *
 *     front --- link ---- iof_session            (link.c; refresh.c: the host's devices)
 *       |
 *       +------ node                             (node.c)   what stands for a device in this guest
 *                |
 *                +------- file                   (file.c)   one open of it
 *                          |
 *                          +--- call             (call.c)   one request of a caller, until host and caller
 *                                                           have both had their answer
 *
 * No function here waits for the host. The only other thread connects (link.c) and touches nothing else.
 */
#ifndef GUEST_KERNEL_FRONT_H
#define GUEST_KERNEL_FRONT_H

#define FUSE_USE_VERSION 31

#include "caller.h"
#include "guest/common/commands.h"
#include "loop.h"
#include "memory.h"
#include "options.h"
#include <fuse_lowlevel.h>
#include <ioferry/session.h>
#include <pthread.h>

#define NODE_PATH_MAX 256 /* for the log; a longer one is cut */

struct front;
struct node;
struct call;

/** What one front end does otherwise than the other. */
struct front_kind {
	struct options_kind options;
	size_t node_size, call_size; /* of its structures that begin with struct node and struct call */
	/* The kernel lets close() return before the release has come: an open must not overtake it on the host. */
	bool close_is_early;

	/** Before anything else is done, and when all is answered. May be NULL. */
	int (*start)(struct front *front);
	void (*stop)(struct front *front);
	/** Whether a node can have its name, which no other node has. */
	bool (*name_is_free)(const struct node *node);
	/** What else it takes from the host and the configuration. @p wish may be NULL. So may this. */
	void (*node_init)(struct node *node, const struct iof_device *device, const struct options_device *wish);
	/** Makes it, so that it can be opened. 0 or negative errno. */
	int (*node_start)(struct node *node);
	/** Removes it. What is open of it ends. */
	void (*node_stop)(struct node *node);
	/** Mode and owner are others now. May be NULL. */
	void (*node_changed)(struct node *node);
	/** fuse_reply_open() with the flags that its files need. */
	int (*reply_open)(fuse_req_t req, const struct fuse_file_info *info);
	/**
	 * Gathers an ioctl's argument and sets call->memory.
	 * @return 0 or negative errno; 1: the request is answered, and the call has ended.
	 */
	int (*gather)(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied);
	/** What the kernel is to store behind an ioctl's argument, after the driver's results are in; NULL: nothing. */
	const void *(*output)(struct call *call, size_t *size);
};

/** What stands for a device. Lives as long as the host offers it, or is away, or somebody has it open. */
struct node {
	struct front *front;
	struct node *next;
	char name[OPTIONS_NAME_MAX];      /* below the front end's folder */
	char path[NODE_PATH_MAX];         /* with it */
	char device[OPTIONS_NAME_MAX];    /* on the host */
	const struct iof_device *offered; /* of the present session; NULL: link down, or the host has it no more */
	uint32_t mode;                    /* permission bits */
	uid_t uid;                        /* (uid_t)-1: as the front end makes it */
	gid_t gid;
	bool started;         /* between node_start() and node_stop() */
	bool withdrawn;       /* the host has the device no more: to be removed */
	unsigned closing;     /* closes on their way, if close_is_early */
	struct call *waiting; /* opens that came meanwhile */
	struct commands_said said;
	struct iof_log_limit limit; /* of lines that its callers or the host can cause */
};

/** An open file. Freed by its release, which the kernel sends when no call on it is outstanding. */
struct file {
	struct node *node;
	const struct iof_interface *interface;
	const struct iof_device *device; /* of the session of its epoch */
	iof_handle handle;
	uint64_t epoch;               /* the link's when it was opened */
	bool nonblock;                /* O_NONBLOCK as last seen */
	struct fuse_pollhandle *poll; /* the newest; older ones are void. NULL: nobody to wake */
	uint32_t wanted;              /* events that somebody sleeps for */
	uint32_t promised;            /* those of which the host will tell when one becomes ready */
	uint32_t missed;              /* those that could not be asked for, because another question was on its way */
	uint32_t gone;                /* POLLERR and POLLHUP as they were told last */
	bool asking;                  /* a question that arms is on its way */
	struct file *next, **link;
};

typedef void call_finish(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length);
typedef void call_fail(struct call *call, int error);

typedef void call_looked(struct call *call, int error, const struct caller_io *io);

/** A caller that still runs, to be looked at again (look.c). */
struct call_look {
	struct loop_timer timer;
	enum caller_operation operation;
	call_looked *looked;
	unsigned pause_ms;
};

/** A request of a caller. */
struct call {
	struct iof_call call; /* must be first */
	struct call *next, **link;
	struct node *node;
	struct file *file;   /* NULL: open; or orphaned, the file may be gone */
	fuse_req_t req;      /* NULL once answered, and for what nobody called */
	call_finish *finish; /* answers req with the host's reply */
	call_fail *fail;     /* answers req with an errno (positive) */
	call_finish *orphan; /* takes a reply that comes after req was answered; may be NULL */
	bool submitted;
	bool cancellable; /* may wait for an event: a signal goes on to the host at once */
	bool interrupted, cancelled;
	struct loop_timer deadline;
	struct call_look look;
	struct call **queue;  /* an open that waits: the link's or the node's */
	struct call *waiting; /* next in it */

	struct iof_walk *walk; /* stays with the object, like all memory from here on */
	uint8_t *bytes;        /* MEMORY_BYTES of room for what read returns and ioctls write back; NULL until needed */
	union {
		struct memory_process_vm vm;
		struct memory_buffer buffer;
	};
	const struct iof_memory *memory; /* the one in use */
	const void *payload;             /* ioctl: what was gathered, in the walk */
	size_t length;
	bool null_argument;
	pid_t tid;
	iof_abi abi;
	struct fuse_file_info info; /* open */
	const struct iof_command *command;
	const struct iof_io *io;
	const uint8_t *from; /* write counted in bytes: what FUSE brought */
	uint64_t address;    /* read and write counted in records: the caller's buffer */
	size_t size;         /* read and write: bytes that FUSE moves at most */
	uint32_t asked;      /* poll: what the host is to tell of, unless some of it is ready now; 0: nothing */
	uint32_t wakes;      /* poll that nobody waits for: the answer that sleepers must be told at once */
	iof_handle handle;   /* poll that arms: the file's, which may be gone when the answer comes */
};

/** The session to the host, or the wish for one. */
struct link {
	struct iof_session *session; /* NULL: down */
	uint64_t epoch;              /* counts sessions, so that an old file is known by its number */
	struct loop_source source;
	struct loop_timer retry;
	unsigned pause_ms;
	bool said_down;
	struct call *waiting; /* opens that came while it was down */

	_Atomic(bool) changed;     /* the host has told that its devices have; also in the connecting thread */
	bool refreshing;           /* it is asked for them */
	bool refreshed;            /* they are there */
	struct loop_timer refresh; /* when it will be asked */
	uint64_t refreshed_ms;

	bool connecting;
	pthread_t thread;
	struct loop_source connected; /* eventfd of the connecting thread */
	struct iof_session *made;     /* its result; ours after the eventfd */
	int error;
	uint64_t began_ms, failed_ms;
	bool failed_slowly;
	char reason[256];
};

struct front {
	const struct front_kind *kind;
	struct options options;
	struct loop loop;
	struct loop_source signals;
	struct link link;
	struct node *nodes;
	struct file *files;
	struct call *calls; /* in use */
	struct call *pool;  /* not in use */
	struct fuse_buf buffer;
	unsigned interrupts;   /* calls interrupted since front_settle() */
	bool said_unreachable; /* a caller whose memory could not be read directly */
};

/* front.c */
/** All of main(): @p front is zeroed. */
int front_main(struct front *front, const struct front_kind *kind, int argc, char **argv);
/** What must not be done inside a callback of libfuse or of the session: cancels, and the link's end. */
void front_settle(struct front *front);

/* link.c */
int link_init(struct front *front);
void link_fini(struct front *front);
/** Begins to connect unless that is going on. */
void link_connect(struct front *front);
/** Lets an open wait for the link. 0, or -ENODEV: connecting has just failed, and slowly. */
int link_await(struct front *front, struct call *call);
/** Looks whether the link is gone, and watches for what the session wants. */
void link_settle(struct front *front);
/** Reads what the host has sent; then link_settle(). */
void link_process(struct front *front);

/* refresh.c */
/** iof_session_options.changed. Any thread. */
void refresh_wanted(void *context);
/** Asks for the host's devices if they have changed, and makes of the answer what nodes there are. */
void refresh_settle(struct front *front);
/** The session is gone. */
void refresh_forget(struct front *front);

/* node.c */
/** Brings nodes, open files and the session's devices together. Not inside a callback. */
void nodes_update(struct front *front);
/** Removes nodes whose devices are gone and that nobody has open. Not inside a callback. */
void nodes_settle(struct front *front);
/** Forgets the session's devices; nodes stay. */
void nodes_detach(struct front *front);
void nodes_destroy(struct front *front);
unsigned nodes_count(const struct front *front);
/** Logs something that a caller or the host can cause at will: a few lines, then one in ten seconds. */
void node_log(struct node *node, enum iof_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* file.c */
void file_open(struct node *node, fuse_req_t req, struct fuse_file_info *info);
void file_release(fuse_req_t req, struct fuse_file_info *info);
/** Sends an open that waited, or fails it. */
void file_open_submit(struct call *call);
/** The open file of a request, or NULL. */
struct file *file_of(const struct fuse_file_info *info);
/** Whether its handle is one of the present session. */
bool file_alive(const struct file *file);
/** Closes and frees all of the node's, whose releases will not come. */
void files_abandon(struct node *node);
/** Looks the devices of all files up again. Whether some have one that the host does not offer any more. */
bool files_update(struct front *front);
/** The file of a handle of the present session, or NULL. */
struct file *file_find(struct front *front, iof_handle handle);

/* call.c */
/** Takes a call from the pool. NULL: no memory; req, if there is one, is then answered. */
struct call *call_begin(struct node *node, struct file *file, fuse_req_t req, call_finish *finish, call_fail *fail);
/** Sends it. Whatever happens, the call is not the caller's any more. */
void call_submit(struct call *call, struct iof_request *request, const void *payload, size_t length);
/** As call_submit() after an own submit: 0 or its error. */
void call_submitted(struct call *call, int error);
/** Fails the request and gives the call back: nothing was sent. */
void call_refuse(struct call *call, int error);
/** Gives it back to the pool. */
void call_end(struct call *call);
/** Lets signals reach it. */
void call_interruptible(struct call *call, bool cancellable);
/** Answers all of the node's with ENODEV. */
void calls_abandon(struct node *node);
/** Lets an open wait in a queue. */
void call_queue(struct call **queue, struct call *call);
/** Takes it out again, if it is in one. */
void call_unqueue(struct call *call);
/** Submits all opens of a queue, or fails them. */
void calls_release(struct call **queue);
/** Sends cancels for calls that were interrupted. */
void calls_settle(struct front *front);
/** The reply as one number: 0 when the call ran and the driver gave no errno, else the errno (positive). */
int call_error(const struct iof_reply *reply);
/** An errno that a FUSE header can carry. */
int call_header_error(int error);
/** 128 KiB of the call's own, or NULL. */
uint8_t *call_bytes(struct call *call);
void calls_destroy(struct front *front);

/* look.c */
/**
 * Tells @p looked of the system call that the caller sleeps in, or which error of caller_io() is final. A signal or the
 * end of the link may end the call before.
 * @return false: it was told, and the call may have ended; true: it will be told later.
 */
bool call_look(struct call *call, enum caller_operation operation, call_looked *looked);

/* ioctl.c, io.c, poll.c */
/**
 * Gathers straight from the caller's memory.
 * @return as iof_gather(); where the memory could not be read, call->vm.error says why.
 */
int ioctl_gather_directly(struct call *call, struct memory_ioctl *ioctl);
void front_ioctl(fuse_req_t req, int number, void *argument, struct fuse_file_info *info, unsigned flags,
		 const void *in, size_t in_size, size_t out_size);
void front_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info);
void front_write(fuse_req_t req, const char *bytes, size_t size, off_t offset, struct fuse_file_info *info);
void front_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle);
/** Wakes whoever sleeps in poll on the file. */
void poll_wake(struct file *file);
/** The host tells that something has become ready. */
void poll_event(struct file *file);
/** A call found nothing: readiness of @p events is over, and its return must be told. */
void poll_drained(struct file *file, uint32_t events);

#endif
