/* SPDX-License-Identifier: MIT */
/* fork() and exec(): one open of the host, whatever number of processes has it. */
#include "guest/preload/config.h"
#include "guest/preload/device.h"
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <stdarg.h>
#include <stdlib.h>

#define MEET_MS 3000 /* more than a child needs to find out that the host does not answer */

/*
 * The parent's fork() does not return before the child has attached, so that the parent may close at once. A share
 * would do that too, but where the child dies before it attaches, the open would outlive a close by seconds, and a
 * driver that can be opened once would say EBUSY to the next open.
 */
static void meet(const int ends[2], pid_t child)
{
	char byte = 0;

	if (!child)
		iof_sys(SYS_write, ends[1], &byte, (size_t)1);
	iof_close(ends[1]); /* from here on a child that dies is noticed, too */
	if (child > 0)
		(void)iof_poll(ends[0], POLLIN, MEET_MS);
	iof_close(ends[0]);
}

static pid_t fork_by(pid_t (*function)(void))
{
	struct section *section;
	int ends[2] = {-1, -1}, error;
	bool shared = false;
	pid_t child;

	if (!config_address())
		return function();
	section = section_enter();
	if (file_any() && iof_sys(SYS_pipe2, ends, O_CLOEXEC) < 0) {
		link_share(LINK_ALL);
		shared = true;
	}
	device_before_fork();
	child = function();
	error = errno;
	if (!child) {
		section_forked();
		device_forked(shared);
	} else if (child < 0 && shared) {
		link_unshare(LINK_ALL);
	}
	if (ends[0] >= 0)
		meet(ends, child);
	section_leave(section, false);
	errno = error;
	return child;
}

INTERPOSE pid_t fork(void)
{
	return fork_by(real()->fork);
}

INTERPOSE pid_t _Fork(void)
{
	return fork_by(real()->_Fork);
}

/* The C library's own forks unseen, and ends the parent before the child has attached. */
INTERPOSE int daemon(int keep_directory, int keep_streams)
{
	int null;

	if (!file_any())
		return real()->daemon(keep_directory, keep_streams);
	switch (fork()) {
	case -1: return -1;
	case 0: break;
	default: _exit(0);
	}
	if (setsid() < 0)
		return -1;
	if (!keep_directory)
		(void)!chdir("/");
	if (keep_streams)
		return 0;
	null = open("/dev/null", O_RDWR);
	if (null < 0)
		return -1;
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	if (null > 2)
		(void)close(null);
	return 0;
}

/*
 * A child of vfork() runs in its parent's memory, where it would close and duplicate the parent's devices. POSIX
 * allows vfork() to be fork(). It costs a copy of the page tables, so that programs without a device keep the real
 * one; a wrapper cannot call that, since it returns twice, but can jump to it.
 */
#if defined(__x86_64__)
__asm__(".text\n"
	".globl vfork\n"
	".type vfork, @function\n"
	"vfork:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	subq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	call preload_vfork_target\n"
	"	addq $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	jmp *%rax\n"
	"	.cfi_endproc\n"
	".size vfork, . - vfork\n");

__attribute__((used, visibility("hidden"))) void *preload_vfork_target(void);
__attribute__((used, visibility("hidden"))) void *preload_vfork_target(void)
{
	return file_any() ? (void *)fork : (void *)real()->vfork;
}
#else
INTERPOSE pid_t vfork(void)
{
	return fork();
}
#endif

/* Keeps the opens alive until the new image has attached. True: there is something to undo if it does not come. */
static bool before_exec(enum link_shared which)
{
	struct section *section;

	if (!file_any() || device_in_vfork())
		return false;
	section = section_enter();
	link_share(which);
	section_leave(section, false);
	return true;
}

/* Programs try one directory of PATH after the other. */
static void undo_share(enum link_shared which)
{
	int error = errno;
	struct section *section = section_enter();

	link_unshare(which);
	section_leave(section, false);
	errno = error;
}

static int exec_failed(bool shared)
{
	if (shared)
		undo_share(LINK_INHERITED);
	return -1;
}

static int spawned(bool shared, enum link_shared which, int error)
{
	if (shared && error)
		undo_share(which);
	return error;
}

/* Actions can give a descriptor that would not survive exec another number. */
static enum link_shared spawn_shares(const posix_spawn_file_actions_t *actions)
{
	return actions ? LINK_ALL : LINK_INHERITED;
}

INTERPOSE int execve(const char *path, char *const arguments[], char *const environment[])
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->execve(path, arguments, environment);
	return exec_failed(shared);
}

INTERPOSE int execv(const char *path, char *const arguments[])
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->execv(path, arguments);
	return exec_failed(shared);
}

INTERPOSE int execvp(const char *file, char *const arguments[])
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->execvp(file, arguments);
	return exec_failed(shared);
}

INTERPOSE int execvpe(const char *file, char *const arguments[], char *const environment[])
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->execvpe(file, arguments, environment);
	return exec_failed(shared);
}

INTERPOSE int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags)
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->execveat(directory, path, arguments, environment, flags);
	return exec_failed(shared);
}

INTERPOSE int fexecve(int fd, char *const arguments[], char *const environment[])
{
	bool shared = before_exec(LINK_INHERITED);

	(void)real()->fexecve(fd, arguments, environment);
	return exec_failed(shared);
}

#define ARGUMENTS_MAX 4096 /* of execl(); on the stack, since exec must not allocate */

/* The arguments of execl() as a vector; the list then stands behind them. */
static int collect(const char *first, va_list *list, char **vector)
{
	int n = 0;

	vector[n] = (char *)(uintptr_t)first;
	while (vector[n] && n < ARGUMENTS_MAX - 1)
		vector[++n] = va_arg(*list, char *);
	if (vector[n]) {
		errno = E2BIG;
		return -1;
	}
	return 0;
}

#define EXEC_LIST(name, exec_vector)                                                                                   \
	INTERPOSE int name(const char *path, const char *first, ...)                                                   \
	{                                                                                                              \
		char *vector[ARGUMENTS_MAX];                                                                           \
		va_list list;                                                                                          \
		int error;                                                                                             \
                                                                                                                       \
		va_start(list, first);                                                                                 \
		error = collect(first, &list, vector);                                                                 \
		va_end(list);                                                                                          \
		return error ? error : exec_vector(path, vector);                                                      \
	}

EXEC_LIST(execl, execv)
EXEC_LIST(execlp, execvp)

INTERPOSE int execle(const char *path, const char *first, ...)
{
	char *vector[ARGUMENTS_MAX], **environment;
	va_list list;
	int error;

	va_start(list, first);
	error = collect(first, &list, vector);
	environment = error ? NULL : va_arg(list, char **);
	va_end(list);
	return error ? error : execve(path, vector, environment);
}

INTERPOSE int posix_spawn(pid_t *restrict child, const char *restrict path,
			  const posix_spawn_file_actions_t *restrict actions,
			  const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
			  char *const environment[restrict])
{
	enum link_shared which = spawn_shares(actions);
	bool shared = before_exec(which);

	return spawned(shared, which, real()->posix_spawn(child, path, actions, attributes, arguments, environment));
}

INTERPOSE int posix_spawnp(pid_t *restrict child, const char *restrict file,
			   const posix_spawn_file_actions_t *restrict actions,
			   const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
			   char *const environment[restrict])
{
	enum link_shared which = spawn_shares(actions);
	bool shared = before_exec(which);

	return spawned(shared, which, real()->posix_spawnp(child, file, actions, attributes, arguments, environment));
}

/* The C library's own call its inner posix_spawn(). The shell attaches as any image does, so a share is made for it. */
INTERPOSE int system(const char *command)
{
	bool shared = command && before_exec(LINK_INHERITED);
	int status = real()->system(command);

	if (shared && status < 0)
		undo_share(LINK_INHERITED);
	return status;
}

INTERPOSE FILE *popen(const char *command, const char *mode)
{
	bool shared = before_exec(LINK_INHERITED);
	FILE *stream = real()->popen(command, mode);

	if (shared && !stream)
		undo_share(LINK_INHERITED);
	return stream;
}
