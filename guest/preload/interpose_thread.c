/* SPDX-License-Identifier: MIT */
/* pthread_cancel() and the jumps out of signal handlers: what ends a wait from outside. */
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <setjmp.h>

INTERPOSE int pthread_cancel(pthread_t thread)
{
	int error = real()->pthread_cancel(thread);

	if (!error)
		section_cancel_thread(thread);
	return error;
}

/*
 * Where a jump goes to: the stack pointer that setjmp() has saved. The C library stores it encrypted with a secret of
 * the thread's. NULL: not known on this machine; the frames left are then noticed at the thread's next call.
 */
static const void *target_of(const struct __jmp_buf_tag *buffer)
{
#if defined(__x86_64__)
	unsigned long stack = (unsigned long)buffer->__jmpbuf[6];

	__asm__("rorq $0x11, %0\n\txorq %%fs:0x30, %0" : "+r"(stack)::"cc");
	return (const void *)stack;
#elif defined(__i386__)
	unsigned long stack = (unsigned long)buffer->__jmpbuf[4];

	__asm__("rorl $0x9, %0\n\txorl %%gs:0x18, %0" : "+r"(stack)::"cc");
	return (const void *)stack;
#else
	(void)buffer;
	return NULL;
#endif
}

#define JUMP(name)                                                                                                     \
	void name(struct __jmp_buf_tag buffer[1], int value);                                                          \
	INTERPOSE void name(struct __jmp_buf_tag buffer[1], int value)                                                 \
	{                                                                                                              \
		const void *stack = target_of(buffer);                                                                 \
                                                                                                                       \
		if (stack)                                                                                             \
			section_jump(stack);                                                                           \
		real()->name(buffer, value);                                                                           \
		__builtin_unreachable();                                                                               \
	}

JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)
