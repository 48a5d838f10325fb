/* SPDX-License-Identifier: MIT */
#include "guest/preload/section.h"
#include "guest/preload/call.h"
#include "guest/preload/device.h"
#include "guest/preload/file.h"
#include <ioferry/sys.h>
#include <stdlib.h>

#define SECTIONS_MAX 16 /* handlers that interrupt each other, each inside a call on a device */

/* initial-exec: the first access in a thread must not allocate; it may be a signal handler's. */
#define SHIM_TLS __attribute__((tls_model("initial-exec")))
static __thread struct section sections[SECTIONS_MAX] SHIM_TLS;
static __thread unsigned depth SHIM_TLS;

static struct iof_lock listed_lock;
static struct section *listed;

/* The C library's own signals (32, 33: setuid() in all threads, cancellation) stay open, as pthread_sigmask() has it.
 * Not through that function, because its sigset_t is 16 times what the kernel uses. */
static void set_signals(uint64_t mask, uint64_t *former)
{
	iof_sys(SYS_rt_sigprocmask, SIG_SETMASK, &mask, former, sizeof mask);
}

#define ALL_SIGNALS (~(uint64_t)0 & ~((uint64_t)3 << (32 - 1)))

static void list(struct section *section)
{
	section->thread = pthread_self();
	section->listed = true;
	iof_lock(&listed_lock);
	section->next = listed;
	section->link = &listed;
	if (section->next)
		section->next->link = &section->next;
	listed = section;
	iof_unlock(&listed_lock);
}

static void unlist(struct section *section)
{
	if (!section->listed)
		return;
	iof_lock(&listed_lock);
	*section->link = section->next;
	if (section->next)
		section->next->link = section->link;
	iof_unlock(&listed_lock);
	section->listed = false;
}

static bool is_on(const stack_t *alternate, const void *address)
{
	const char *base = alternate->ss_sp;

	return (const char *)address >= base && (const char *)address < base + alternate->ss_size;
}

/* Whether a frame is gone where the stack ends at @stack. Addresses tell that on one stack only. */
static bool is_left(const stack_t *alternate, const void *frame, const void *stack)
{
	bool frame_on = is_on(alternate, frame);

	return frame_on == is_on(alternate, stack) ? (const char *)frame < (const char *)stack : frame_on;
}

/* @intact: the frames are still there. */
static void abandon(const void *stack, bool intact)
{
	stack_t alternate;

	if (!depth)
		return;
	if (sigaltstack(NULL, &alternate) || (alternate.ss_flags & SS_DISABLE))
		alternate = (stack_t){0};
	while (depth && is_left(&alternate, sections[depth - 1].stack, stack)) {
		struct section *section = &sections[--depth];

		unlist(section);
		if (section->call)
			call_abandon(section->call);
		if (section->file)
			file_put(section->file);
		if (section->jumped && intact)
			section->jumped(section->context);
		pthread_setcancelstate(section->cancel_state, NULL);
	}
}

void section_jump(const void *stack)
{
	uint64_t mask;

	if (!depth)
		return;
	set_signals(ALL_SIGNALS, &mask);
	abandon(stack, true);
	set_signals(mask, NULL);
}

struct section *section_enter_at(const void *stack)
{
	struct section *section;
	uint64_t mask;
	int cancel_state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	set_signals(ALL_SIGNALS, &mask);
	abandon(stack, false); /* where the jump was not seen */
	if (depth == SECTIONS_MAX)
		abort();
	section = &sections[depth++];
	*section = (struct section){.mask = mask, .cancel_state = cancel_state, .stack = stack};
	device_check_process();
	return section;
}

static void restore(struct section *section)
{
	unlist(section);
	if (section->file)
		file_put(section->file);
	depth = (unsigned)(section - sections);
	set_signals(section->mask, NULL);
}

static void on_cancelled(void *section)
{
	restore(section);
}

struct section *section_enter_cancellable_at(const void *stack)
{
	struct section *section = section_enter_at(stack);

	section->cancellable = section->cancel_state == PTHREAD_CANCEL_ENABLE;
	if (!section->cancellable)
		return section;
	/* In this order, so that a cancel is seen either here or by section_cancel_thread(). */
	list(section);
	pthread_cleanup_push(on_cancelled, section);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	pthread_testcancel();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_pop(0);
	return section;
}

void section_leave(struct section *section, bool ended)
{
	bool act = section->cancelled && ended;
	int cancel_state = section->cancel_state;

	restore(section);
	pthread_setcancelstate(cancel_state, NULL);
	if (act)
		pthread_testcancel();
}

void section_call(struct section *section, struct shim_call *call)
{
	bool end;

	if (!section->listed) {
		section->call = call;
		return;
	}
	iof_lock(&listed_lock);
	section->call = call;
	end = call && section->cancelled;
	iof_unlock(&listed_lock);
	if (end)
		call_cancel(call);
}

void section_cancel_thread(pthread_t thread)
{
	struct section *own = section_enter();

	iof_lock(&listed_lock);
	for (struct section *section = listed; section; section = section->next) {
		if (!pthread_equal(section->thread, thread) || section->cancelled)
			continue;
		section->cancelled = true;
		/* Under the lock: it keeps the thread in section_call(NULL) until its call is not touched any more. */
		if (section->call)
			call_cancel(section->call);
	}
	iof_unlock(&listed_lock);
	section_leave(own, false);
}

void section_sleep(void *context, bool asleep)
{
	struct section *section = depth ? &sections[depth - 1] : NULL;

	(void)context;
	if (section && section->sleepable)
		set_signals(asleep ? section->mask : ALL_SIGNALS, NULL);
}

void section_handled(bool restarts)
{
	if (!depth)
		return;
	sections[depth - 1].interrupted = true;
	sections[depth - 1].interrupted_hard |= !restarts;
}

bool section_interrupted(void *context, bool restartable)
{
	struct section *section = depth ? &sections[depth - 1] : NULL;
	bool interrupted;

	(void)context;
	if (!section)
		return false;
	interrupted = section->interrupted_hard || (section->interrupted && !restartable);
	section->interrupted = section->interrupted_hard = false;
	return interrupted;
}

void section_forked(void)
{
	listed_lock = (struct iof_lock){0};
	listed = NULL;
	for (unsigned i = 0; i < depth; i++)
		sections[i].listed = false;
}
