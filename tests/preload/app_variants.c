/* SPDX-License-Identifier: MIT */
/*
 * The other names of what the rest of the tests call: those of large files, of checked buffers, of older C libraries
 * and of a 64-bit time_t. Looked up at run time, since a compiler chooses for itself.
 */
#include "app.h"
#include <dlfcn.h>
#include <poll.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

/* The function of this name, with the type of one that it is like. */
#define NAMED(name, like) ((__typeof__(&(like)))function(name))

static void *function(const char *name)
{
	void *found = dlsym(RTLD_DEFAULT, name);

	if (!found)
		fprintf(stderr, "%s\n", name);
	CHECK(found);
	return found;
}

static void is_device(int fd)
{
	CHECK(fd >= 0 && ioctl(fd, PROBE_OPENS) >= 1 && close(fd) == 0);
}

static void open_variants(void)
{
	static const char *const opens[] = {"open", "open64", "__open_2", "__open64_2"};
	static const char *const openats[] = {"openat", "openat64", "__openat_2", "__openat64_2"};
	static const char *const creates[] = {"creat", "creat64"};

	for (unsigned i = 0; i < 4; i++) {
		is_device(NAMED(opens[i], open)(NODE, O_RDWR));
		is_device(NAMED(openats[i], openat)(AT_FDCWD, NODE, O_RDWR));
		FAILS(NAMED(opens[i], open)("/dev/probe9", O_RDWR), ENOENT);
		FAILS(NAMED(openats[i], openat)(AT_FDCWD, "/dev/probe9", O_RDWR), ENOENT);
	}
	for (unsigned i = 0; i < 2; i++)
		is_device(NAMED(creates[i], creat)(NODE, 0600));
}

static void stream_variants(void)
{
	static const char *const opens[] = {"fopen", "fopen64"}, *const filenos[] = {"fileno", "fileno_unlocked"};
	static const char *const reopens[] = {"freopen", "freopen64"};

	for (unsigned i = 0; i < 2; i++) {
		FILE *stream = NAMED(opens[i], fopen)(NODE, "r+e");
		int fd;

		CHECK(stream);
		fd = NAMED(filenos[i], fileno)(stream);
		CHECK(ioctl(fd, PROBE_OPENS) >= 1 && fcntl(fd, F_GETFD) == FD_CLOEXEC && fclose(stream) == 0);
		stream = fopen("/dev/null", "w");
		CHECK(stream && !NAMED(reopens[i], freopen)(NODE, "w", stream) && errno == ENODEV);
		stream = fopen("/dev/null", "w");
		stream = NAMED(reopens[i], freopen)("/dev/null", "r", stream);
		CHECK(stream && fclose(stream) == 0);
	}
}

typedef ssize_t read_chk(int fd, void *buffer, size_t count, size_t size);
typedef int poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
typedef int ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t size);

static void wait_variants(int fd)
{
	struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
	struct epoll_event event = {.events = EPOLLOUT};
	struct probe_record record = {6, 0};
	int set = epoll_create1(0);

	CHECK(write(fd, &record, 1) == 1);
	CHECK(((read_chk *)function("__read_chk"))(fd, &record, 1, sizeof record) == 1 && record.value == 6);
	CHECK(((poll_chk *)function("__poll_chk"))(&entry, 1, 0, sizeof entry) == 1 && entry.revents == POLLOUT);
	CHECK(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0);
	CHECK(NAMED("epoll_pwait", epoll_pwait)(set, &event, 1, 5000, NULL) == 1 && event.events == EPOLLOUT);
#if !defined(_TIME_BITS) || _TIME_BITS != 64 || defined(__LP64__)
	{
		struct timespec no_time = {0, 0};
		fd_set out;

		CHECK(((ppoll_chk *)function("__ppoll_chk"))(&entry, 1, &no_time, NULL, sizeof entry) == 1);
		CHECK(NAMED("epoll_pwait2", epoll_pwait2)(set, &event, 1, &no_time, NULL) == 1);
		FD_ZERO(&out);
		FD_SET(fd, &out);
		CHECK(NAMED("pselect", pselect)(fd + 1, NULL, &out, NULL, &no_time, NULL) == 1 && FD_ISSET(fd, &out));
	}
#else
	{
		struct timespec soon = {5, 0}, no_time = {0, 0};
		fd_set out;

		entry.revents = 0;
		CHECK(NAMED("__ppoll64", ppoll)(&entry, 1, &soon, NULL) == 1 && entry.revents == POLLOUT);
		entry.events = POLLIN;
		CHECK(NAMED("__ppoll64", ppoll)(&entry, 1, &no_time, NULL) == 0);
		entry.events = POLLOUT;
		CHECK(((ppoll_chk *)function("__ppoll64_chk"))(&entry, 1, &soon, NULL, sizeof entry) == 1);
		CHECK(NAMED("__epoll_pwait2_time64", epoll_pwait2)(set, &event, 1, &soon, NULL) == 1);
		FD_ZERO(&out);
		FD_SET(fd, &out);
		CHECK(NAMED("__pselect64", pselect)(fd + 1, NULL, &out, NULL, &no_time, NULL) == 1);
	}
#endif
	CHECK(close(set) == 0);
}

static void fcntl_variants(int fd)
{
	static const char *const names[] = {"fcntl", "fcntl64"};

	for (unsigned i = 0; i < 2; i++) {
		__typeof__(&fcntl) call = NAMED(names[i], fcntl);

		CHECK((call(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
		is_device(call(fd, F_DUPFD, 40));
		is_device(call(fd, F_DUPFD_CLOEXEC, 40));
	}
}

/* Of programs with the C library's own time_t: the structures of those with another are not those of these names. */
#if !defined(_FILE_OFFSET_BITS)
#if defined(__LP64__)
#define STAT_VERSION 1
#else
#define STAT_VERSION 3
#endif

typedef int stat_path(const char *path, void *status);
typedef int stat_version_path(int version, const char *path, void *status);
typedef int stat_fd(int fd, void *status);
typedef int stat_version_fd(int version, int fd, void *status);
typedef int stat_at(int fd, const char *path, void *status, int flags);
typedef int stat_version_at(int version, int fd, const char *path, void *status, int flags);

static int stat_by(const char *kind, const char *width, int fd, const char *path, void *status)
{
	char name[32];
	void *call;

	snprintf(name, sizeof name, "%s%s", kind, width);
	call = function(name);
	if (!strcmp(kind, "stat") || !strcmp(kind, "lstat"))
		return ((stat_path *)call)(path, status);
	if (!strcmp(kind, "fstat"))
		return ((stat_fd *)call)(fd, status);
	if (!strcmp(kind, "fstatat"))
		return ((stat_at *)call)(AT_FDCWD, path, status, 0);
	if (!strcmp(kind, "__fxstat"))
		return ((stat_version_fd *)call)(STAT_VERSION, fd, status);
	if (!strcmp(kind, "__fxstatat"))
		return ((stat_version_at *)call)(STAT_VERSION, AT_FDCWD, path, status, 0);
	return ((stat_version_path *)call)(STAT_VERSION, path, status);
}

static void stat_variants(int fd)
{
	static const char *const kinds[] = {"stat",    "lstat",    "fstat",    "fstatat",
					    "__xstat", "__lxstat", "__fxstat", "__fxstatat"};
	int null = open("/dev/null", O_RDWR);

	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct stat status;
		struct stat64 status64;

		CHECK(stat_by(kinds[i], "", fd, NODE, &status) == 0);
		CHECK(S_ISCHR(status.st_mode) && major(status.st_rdev) == 91 && minor(status.st_rdev) == 0);
		CHECK(stat_by(kinds[i], "64", fd, NODE, &status64) == 0);
		CHECK(S_ISCHR(status64.st_mode) && major(status64.st_rdev) == 91 && minor(status64.st_rdev) == 0);
		/* And what is not the host's. */
		CHECK(stat_by(kinds[i], "", null, "/dev/null", &status) == 0 && major(status.st_rdev) == 1);
		CHECK(stat_by(kinds[i], "64", null, "/dev/null", &status64) == 0 && major(status64.st_rdev) == 1);
	}
	CHECK(close(null) == 0);
}
#else
static void stat_variants(int fd)
{
	(void)fd; /* test_names() has the names of this build */
}
#endif

static void access_variants(void)
{
	static const char *const names[] = {"access", "eaccess", "euidaccess"};
	static const char *const lists[] = {"listxattr", "llistxattr"}, *const gets[] = {"getxattr", "lgetxattr"};
	char value[8];

	for (unsigned i = 0; i < 3; i++) {
		CHECK(NAMED(names[i], access)(NODE, R_OK | W_OK) == 0);
		FAILS(NAMED(names[i], access)("/dev/probe9", F_OK), ENOENT);
	}
	for (unsigned i = 0; i < 2; i++) {
		CHECK(NAMED(lists[i], listxattr)(NODE, value, sizeof value) == 0);
		FAILS(NAMED(gets[i], getxattr)(NODE, "system.posix_acl_access", value, sizeof value), ENODATA);
	}
}

/* One message with a descriptor, there and back. */
static void message_variants(int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct mmsghdr message = {
		.msg_hdr = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control}};
	const char *width = "";
	char name[32];
	int sockets[2], back;

#if defined(_TIME_BITS) && _TIME_BITS == 64 && !defined(__LP64__)
	width = "64";
#endif
	CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets) == 0);
	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	snprintf(name, sizeof name, "%ssendmmsg%s", *width ? "__" : "", width);
	CHECK(NAMED(name, sendmmsg)(sockets[0], &message, 1, 0) == 1);
	snprintf(name, sizeof name, "%srecvmmsg%s", *width ? "__" : "", width);
	CHECK(NAMED(name, recvmmsg)(sockets[1], &message, 1, 0, NULL) == 1);
	memcpy(&back, CMSG_DATA(&control.header), sizeof back);
	CHECK(back != fd);
	is_device(back);
	CHECK(close(sockets[0]) == 0 && close(sockets[1]) == 0);
}

static volatile sig_atomic_t handled;

static void count(int number)
{
	(void)number;
	handled++;
}

static void *signal_then_kick(void *context)
{
	int fd = *(int *)context;

	await(fd, PROBE_WAITING, 1);
	CHECK(!kill(getpid(), SIGUSR1));
	while (!handled)
		usleep(1000);
	await(fd, PROBE_WAITING, 1);
	CHECK(ioctl(fd, PROBE_KICK) == 1);
	return NULL;
}

/* Ways to install a handler: whether it ends what waits. */
static void signal_variants(int fd)
{
	static const char *const restarting[] = {"signal", "bsd_signal", "ssignal"};
	static const char *const ending[] = {"sysv_signal", "__sysv_signal"};
	int (*interrupt_by)(int, int) = (int (*)(int, int))function("siginterrupt"); /* deprecated by its declaration */
	sigset_t set, former;
	pthread_t thread;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (unsigned i = 0; i < 3; i++) {
		handled = 0;
		CHECK(NAMED(restarting[i], signal)(SIGUSR1, count) != SIG_ERR);
		/* The handler is to run in this thread. */
		CHECK(!pthread_sigmask(SIG_BLOCK, &set, &former) &&
		      !pthread_create(&thread, NULL, signal_then_kick, &fd) &&
		      !pthread_sigmask(SIG_SETMASK, &former, NULL));
		CHECK(ioctl(fd, PROBE_WAIT) == 9 && handled == 1 && !pthread_join(thread, NULL));
	}
	for (unsigned i = 0; i < 2; i++) {
		CHECK(NAMED(ending[i], signal)(SIGUSR1, count) != SIG_ERR);
		thread = signal_when_waiting(fd);
		FAILS(ioctl(fd, PROBE_WAIT), EINTR);
		CHECK(!pthread_join(thread, NULL));
		CHECK(signal(SIGUSR1, SIG_IGN) == SIG_DFL); /* once */
	}
	CHECK(signal(SIGUSR1, count) == SIG_IGN && interrupt_by(SIGUSR1, 1) == 0);
	thread = signal_when_waiting(fd);
	FAILS(ioctl(fd, PROBE_WAIT), EINTR);
	CHECK(!pthread_join(thread, NULL));
	CHECK(signal(SIGUSR1, SIG_DFL) == count);
}

static jmp_buf back;
static void (*jump)(jmp_buf, int);

static void jump_back(int number)
{
	(void)number;
	jump(back, 1);
}

static void jump_variants(int fd)
{
	static const char *const names[] = {"longjmp", "_longjmp", "siglongjmp", "__longjmp_chk"};
	struct probe_record record;
	struct probe_pair pair = {.a = 1};
	int cancels = ioctl(fd, PROBE_CANCELS);

	for (volatile unsigned i = 0; i < 4; i++) {
		pthread_t thread;

		jump = (void (*)(jmp_buf, int))function(names[i]);
		on_signal(SA_RESTART | SA_NODEFER, jump_back);
		thread = signal_when_waiting(fd);
		if (!setjmp(back)) {
			CHECK(read(fd, &record, 1) == 1);
			NOT_REACHED();
		}
		CHECK(!pthread_join(thread, NULL));
		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5);
		await(fd, PROBE_WAITING, 0);
	}
	CHECK(ioctl(fd, PROBE_CANCELS) == cancels + 4);
	CHECK(signal(SIGUSR1, SIG_DFL) == jump_back);
}

void test_variants(void)
{
	int fd = open_node(NODE, O_RDWR);

	open_variants();
	stream_variants();
	wait_variants(fd);
	fcntl_variants(fd);
	stat_variants(fd);
	access_variants();
	message_variants(fd);
	signal_variants(fd);
	jump_variants(fd);
}

enum way { EXECL, EXECLE, EXECLP, EXECV, EXECVE, EXECVEAT, EXECVP, EXECVPE, FEXECVE, WAYS };

static void become(enum way way, const char *path, char *const arguments[])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	switch (way) {
	case EXECL: execl(path, arguments[0], arguments[1], arguments[2], arguments[3], (char *)NULL); break;
	case EXECLE: execle(path, arguments[0], arguments[1], arguments[2], arguments[3], (char *)NULL, environ); break;
	case EXECLP: execlp(path, arguments[0], arguments[1], arguments[2], arguments[3], (char *)NULL); break;
	case EXECV: execv(path, arguments); break;
	case EXECVE: execve(path, arguments, environ); break;
	case EXECVEAT: execveat(fd, "", arguments, environ, AT_EMPTY_PATH); break;
	case EXECVP: execvp(path, arguments); break;
	case EXECVPE: execvpe(path, arguments, environ); break;
	case FEXECVE: fexecve(fd, arguments, environ); break;
	case WAYS: break;
	}
	_exit(1);
}

/* By each way into a new image, of the only process that has the device open. */
void test_images(void)
{
	char name[] = "app", child_name[] = "child", number[16], closes[16];
	char *arguments[] = {name, child_name, number, closes, NULL};
	int watch = open_node(NODE, O_RDWR), status;
	pid_t child;

	for (enum way way = EXECL; way < WAYS; way++) {
		child = fork();
		if (!child) {
			int fd = open_node(OTHER, O_RDWR | O_NONBLOCK);

			await(fd, PROBE_OPENS, 1); /* the image before is gone, its session soon */
			snprintf(number, sizeof number, "%d", fd);
			snprintf(closes, sizeof closes, "%d", ioctl(fd, PROBE_CLOSES));
			become(way, "/proc/self/exe", arguments);
		}
		CHECK(waitpid(child, &status, 0) == child);
		if (status)
			fprintf(stderr, "way %d\n", way);
		CHECK(!status);
	}
	/* A fork without the handlers of pthread_atfork(). */
	child = _Fork();
	if (!child)
		_exit(ioctl(watch, PROBE_OPENS) != 1);
	CHECK(waitpid(child, &status, 0) == child && !status);
}
