/* SPDX-License-Identifier: MIT */
/**
 * @file section.h
 * A stretch of the shim's own work inside an application's thread: all signals are blocked and cancellation is
 * disabled, so that locks may be held. Handlers get in only where a call sleeps (section_sleep), and there no lock
 * is held.
 *
 * A section that stands for a cancellation point (`cancellable`) ends the thread where pthread_cancel() was called for
 * it: on entry, or, for a call in flight, after the host has answered to its cancel.
 */
#ifndef PRELOAD_SECTION_H
#define PRELOAD_SECTION_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct shim_call;
struct shim_file;

/** Lives in thread-local storage, not on the stack, since a jump out of a handler may leave it behind. */
struct section {
	uint64_t mask;         /**< signals that the application has blocked, the kernel's format */
	int cancel_state;      /**< of the application */
	bool sleepable;        /**< handlers may run where the section's call sleeps */
	bool interrupted;      /**< a handler has run since the call began */
	bool interrupted_hard; /**< one without SA_RESTART */
	bool cancellable;
	bool listed;
	bool cancelled; /**< pthread_cancel() came while listed */
	pthread_t thread;
	const void *stack;      /**< frame of the function that entered it */
	struct shim_call *call; /**< what a cancel has to end */
	struct shim_file *file; /**< reference that the section's end gives back, a jump out of it too */
	/** Gives back what the frame holds besides, when a jump is about to leave it. */
	void (*jumped)(void *context);
	void *context;
	struct section *next, **link;
};

#define section_enter() section_enter_at(__builtin_frame_address(0))
struct section *section_enter_at(const void *stack);
/** May not return: acts on a cancel that came before. */
#define section_enter_cancellable() section_enter_cancellable_at(__builtin_frame_address(0))
struct section *section_enter_cancellable_at(const void *stack);
/** Ends the section. @p ended: the call ended because of a cancel; the thread ends here if it was cancelled. */
void section_leave(struct section *section, bool ended);

/** Names the call that a pthread_cancel() shall end from now on (NULL: none). Ends it at once if that has come. */
void section_call(struct section *section, struct shim_call *call);
/** iof_session_options.asleep: lets handlers in, if the thread's innermost section allows it. */
void section_sleep(void *context, bool asleep);
/** A signal handler is about to run in this thread. */
void section_handled(bool restarts);
/** iof_session_options.interrupted: whether a handler has run that ends the wait of the innermost section. */
bool section_interrupted(void *context, bool restartable);
/** After pthread_cancel(@p thread): ends what the thread waits for. */
void section_cancel_thread(pthread_t thread);
/** In a forked child: only this thread goes on. */
void section_forked(void);
/** A jump to @p stack is about to leave the sections of deeper frames: ends their calls. */
void section_jump(const void *stack);

#endif
