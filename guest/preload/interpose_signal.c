/* SPDX-License-Identifier: MIT */
/* sigaction(), signal(): see handlers.h. */
#include "guest/preload/device.h"
#include "guest/preload/handlers.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

#define SIGNALS 65

/* What the application has installed, where the kernel has on_signal(). */
static struct {
	_Atomic(void *) handler;
	_Atomic(int) flags;
} installed[SIGNALS];

static _Atomic(bool) wrapping;

static void on_signal(int number, siginfo_t *info, void *context)
{
	void *handler = installed[number].handler;
	int flags = installed[number].flags;

	section_handled(flags & SA_RESTART);
	if (flags & SA_SIGINFO)
		((void (*)(int, siginfo_t *, void *))handler)(number, info, context);
	else
		((void (*)(int))handler)(number);
}

/* Faults of the thread itself interrupt no sleep, and their handlers are the ones that look at the stack. */
static bool is_wrapped_kind(int number)
{
	switch (number) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
	case SIGSYS:
	case SIGKILL:
	case SIGSTOP:
	case 32:
	case 33: return false; /* the C library's own */
	default: return number > 0 && number < SIGNALS;
	}
}

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == on_signal;
}

static bool is_function(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) || (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static void *handler_of(const struct sigaction *action)
{
	return action->sa_flags & SA_SIGINFO ? (void *)action->sa_sigaction : (void *)action->sa_handler;
}

/* What the application would have got from the kernel. */
static void unwrap(int number, struct sigaction *action, void *handler, int flags)
{
	(void)number;
	if (!is_ours(action))
		return;
	action->sa_flags = (action->sa_flags & ~SA_SIGINFO) | (flags & SA_SIGINFO);
	if (flags & SA_SIGINFO)
		action->sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
	else
		action->sa_handler = (void (*)(int))handler;
}

/* The table is written first: the handler may run before sigaction() has returned. */
static int install(int number, const struct sigaction *action, struct sigaction *former)
{
	void *handler = installed[number].handler;
	int flags = installed[number].flags, error;
	struct sigaction ours = *action, old;

	if (is_function(action)) {
		installed[number].handler = handler_of(action);
		installed[number].flags = action->sa_flags;
		ours.sa_sigaction = on_signal;
		ours.sa_flags |= SA_SIGINFO;
	}
	error = real()->sigaction(number, &ours, &old);
	if (error) {
		installed[number].handler = handler;
		installed[number].flags = flags;
		return error;
	}
	unwrap(number, &old, handler, flags);
	if (former)
		*former = old;
	return 0;
}

INTERPOSE int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict former)
{
	int error;

	if (!wrapping || !is_wrapped_kind(number))
		return real()->sigaction(number, action, former);
	/* A child of vfork() has handlers of its own, but not a table of its own. */
	if (action && !is_ours(action) && !device_in_vfork())
		return install(number, action, former);
	error = real()->sigaction(number, action, former);
	if (!error && former)
		unwrap(number, former, installed[number].handler, installed[number].flags);
	return error;
}

static void (*install_simple(int number, void (*handler)(int), int flags, bool masked))(int)
{
	struct sigaction action = {.sa_flags = flags}, former;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	if (masked)
		(void)sigaddset(&action.sa_mask, number);
	return sigaction(number, &action, &former) ? SIG_ERR : former.sa_handler;
}

#define SIGNAL(name, flags, masked)                                                                                    \
	void (*name(int number, void (*handler)(int)))(int);                                                           \
	INTERPOSE void (*name(int number, void (*handler)(int)))(int)                                                  \
	{                                                                                                              \
		return wrapping ? install_simple(number, handler, flags, masked) : real()->name(number, handler);      \
	}

SIGNAL(signal, SA_RESTART, true)
SIGNAL(bsd_signal, SA_RESTART, true)
SIGNAL(ssignal, SA_RESTART, true)
SIGNAL(sysv_signal, (int)SA_RESETHAND | SA_NODEFER, false)
SIGNAL(__sysv_signal, (int)SA_RESETHAND | SA_NODEFER, false)

INTERPOSE int siginterrupt(int number, int flag)
{
	struct sigaction action;

	if (!wrapping)
		return real()->siginterrupt(number, flag);
	if (sigaction(number, NULL, &action))
		return -1;
	action.sa_flags = flag ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
	return sigaction(number, &action, NULL);
}

void handlers_wrap(void)
{
	if (wrapping || atomic_exchange(&wrapping, true))
		return;
	for (int number = 1; number < SIGNALS; number++) {
		struct sigaction action;

		if (is_wrapped_kind(number) && !real()->sigaction(number, NULL, &action) && is_function(&action) &&
		    !is_ours(&action))
			(void)install(number, &action, NULL);
	}
}
