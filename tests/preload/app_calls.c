/* SPDX-License-Identifier: MIT */
/* What one process sees: calls, names, descriptor numbers, duplicates. */
#include "app.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

void test_calls(void)
{
	struct probe_record records[20] = {{1, 0}, {2, 0}, {3, 0}}, got[20];
	struct iovec parts[2] = {{got, 1}, {got + 1, 1}};
	struct probe_pair pair = {.a = 41};
	void *volatile bad = (void *)8;
	volatile int negative = -1;
	int fd = open_node(NODE, O_RDWR), reader, writer, on = 1;

	CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == 42);
	FAILS(ioctl(fd, PROBE_ADD, NULL), EFAULT);
	FAILS(ioctl(fd, PROBE_ADD, (void *)8), EFAULT);
	FAILS(ioctl(fd, PROBE_UNDECLARED), ENOTTY);
	FAILS(ioctl(fd, PROBE_UNDECLARED), ENOTTY);

	/* What only the kernel or a host that is wrong can say. */
	FAILS(ioctl(fd, PROBE_ERRNO, 257), 257);
	FAILS(ioctl(fd, PROBE_ERRNO, 512), EINTR);
	FAILS(ioctl(fd, PROBE_ERRNO, 515), ENOTTY);
	CHECK(ioctl(fd, PROBE_RESULT, 0x7fffffffu) == 0x7fffffff);
	FAILS(ioctl(fd, PROBE_RESULT, 0xffffffffu), EIO);
	FAILS(ioctl(fd, PROBE_RESULT, 0xfffff001u), EIO);
	CHECK(ioctl(fd, PROBE_RESULT, 0xfffff000u) == -4096);

	/* Counted in records. */
	CHECK(write(fd, records, 3) == 3);
	memset(got, 0xff, sizeof got);
	CHECK(read(fd, got, 20) == 3);
	CHECK(got[0].value == 1 && got[2].value == 3 && got[3].value == 0xffffffff);
	FAILS(write(fd, bad, 1), EFAULT);
	CHECK(write(fd, records, 3) == 3);
	FAILS(read(fd, bad, 1), EFAULT);
	CHECK(readv(fd, parts, 2) == 2 && got[0].value == 1 && got[1].value == 2);
	parts[0].iov_base = records;
	parts[1].iov_base = records + 2;
	CHECK(writev(fd, parts, 2) == 2);
	CHECK(read(fd, got, 20) == 3 && got[0].value == 3 && got[1].value == 1 && got[2].value == 3);
	FAILS(readv(fd, parts, negative), EINVAL);
	FAILS(readv(fd, bad, 1), EFAULT);

	/* O_NONBLOCK from open, fcntl and ioctl. */
	CHECK(ioctl(fd, PROBE_NONBLOCK) == 0);
	CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
	CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDWR | O_NONBLOCK));
	CHECK(ioctl(fd, PROBE_NONBLOCK) == 1);
	FAILS(read(fd, got, 1), EAGAIN);
	on = 0;
	CHECK(ioctl(fd, FIONBIO, &on) == 0 && ioctl(fd, PROBE_NONBLOCK) == 0);
	on = 1;
	CHECK(ioctl(fd, FIONBIO, &on) == 0 && ioctl(fd, PROBE_NONBLOCK) == 1);
	FAILS(ioctl(fd, FIONBIO, (void *)8), EFAULT);

	CHECK(fcntl(fd, F_GETFD) == 0);
	CHECK(ioctl(fd, FIOCLEX) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(ioctl(fd, FIONCLEX) == 0 && fcntl(fd, F_GETFD) == 0);

	reader = open_node(NODE, O_RDONLY | O_CLOEXEC);
	writer = open_node(NODE, O_WRONLY);
	CHECK(fcntl(reader, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(writer, F_GETFL) & O_ACCMODE) == O_WRONLY);
	FAILS(write(reader, records, 1), EBADF);
	FAILS(read(writer, got, 1), EBADF);
	CHECK(write(writer, records, 1) == 1 && read(reader, got, 5) == 1);
	CHECK(close(fd) == 0);
	FAILS(close(fd), EBADF);
	FAILS(ioctl(fd, PROBE_OPENS), EBADF);
	await(reader, PROBE_OPENS, 2);
}

void test_names(void)
{
	struct stat status;
	struct statx statx_status;
	char path[64];
	int fd;

	CHECK(stat(NODE, &status) == 0 && S_ISCHR(status.st_mode) && (status.st_mode & 0777) == 0640);
	CHECK(status.st_rdev == makedev(91, 0));
	CHECK(lstat(OTHER, &status) == 0 && status.st_rdev == makedev(91, 1));
	CHECK(fstatat(AT_FDCWD, "//dev/./probe0", &status, 0) == 0 && S_ISCHR(status.st_mode));
	CHECK(statx(AT_FDCWD, NODE, 0, STATX_BASIC_STATS, &statx_status) == 0 && statx_status.stx_rdev_major == 91);
	FAILS(stat("/dev/probe2", &status), ENOENT);
	CHECK(access(NODE, F_OK) == 0 && access(NODE, R_OK | W_OK) == 0);
	FAILS(access(NODE, X_OK), EACCES);
	FAILS(access("/dev/probe2", F_OK), ENOENT);
	CHECK(faccessat(AT_FDCWD, NODE, R_OK, AT_EACCESS) == 0);
	FAILS(open("/dev/probe2", O_RDWR), ENOENT);
	FAILS(open(NODE, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	FAILS(open(NODE, O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK(stat("/dev/null", &status) == 0 && status.st_rdev == makedev(1, 3));

	fd = open_node("//dev/./probe0", O_RDWR);
	CHECK(fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(91, 0));
	CHECK(fstatat(fd, "", &status, AT_EMPTY_PATH) == 0 && S_ISCHR(status.st_mode));
	CHECK(!isatty(fd));
	close(fd);
	fd = openat(AT_FDCWD, NODE, O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0 && ioctl(fd, PROBE_OPENS) >= 1);
	close(fd);

	/* Relative to /dev, and through a symbolic link. */
	CHECK(chdir("/dev") == 0);
	fd = open_node("probe0", O_RDWR);
	CHECK(ioctl(fd, PROBE_OPENS) >= 1 && stat("probe1", &status) == 0 && S_ISCHR(status.st_mode));
	close(fd);
	fd = open("/dev", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0 && chdir("/") == 0);
	CHECK(close(openat(fd, "probe1", O_RDWR)) == 0);
	FAILS(open("probe0", O_RDWR), ENOENT);
	close(fd);
	snprintf(path, sizeof path, "/tmp/preload-test-%d", (int)getpid());
	CHECK(symlink(NODE, path) == 0);
	fd = open(path, O_RDWR);
	unlink(path);
	CHECK(fd >= 0 && ioctl(fd, PROBE_OPENS) >= 1);
}

/* The numbers that a program gets are those that it would get without the shim. */
void test_numbers(void)
{
	int first = dup(0), second, third;

	close(first);
	second = open_node(NODE, O_RDWR);
	third = open_node(OTHER, O_RDWR);
	CHECK(second == first && third == first + 1);
	CHECK(ioctl(second, PROBE_OPENS) == 1);
	close(second);
	CHECK(open_node(NODE, O_RDWR) == first);
}

void test_dup(void)
{
	int watch = open_node(NODE, O_RDWR), closes = ioctl(watch, PROBE_CLOSES);
	int fd = open_node(NODE, O_RDWR), copy = dup(fd), other, third, pipes[2];

	CHECK(copy >= 0 && ioctl(watch, PROBE_OPENS) == 2 && ioctl(copy, PROBE_OPENS) == 2);
	CHECK(close(fd) == 0 && ioctl(copy, PROBE_OPENS) == 2);
	other = fcntl(copy, F_DUPFD_CLOEXEC, 50);
	CHECK(other >= 50 && fcntl(other, F_GETFD) == FD_CLOEXEC);
	third = dup3(copy, 60, O_CLOEXEC);
	CHECK(third == 60 && close(copy) == 0);
	/* The flag belongs to the open, not to the number. */
	CHECK(fcntl(other, F_SETFL, O_NONBLOCK) == 0 && ioctl(third, PROBE_NONBLOCK) == 1);
	CHECK(dup2(third, third) == third);
	CHECK(pipe(pipes) == 0);
	CHECK(dup2(other, pipes[1]) == pipes[1]); /* a device in the place of something else */
	CHECK(ioctl(pipes[1], PROBE_OPENS) == 2 && close(other) == 0 && close(third) == 0);
	CHECK(ioctl(watch, PROBE_CLOSES) == closes);
	CHECK(dup2(pipes[0], pipes[1]) == pipes[1]); /* and the other way round: the last one */
	await(watch, PROBE_CLOSES, closes + 1);
	CHECK(ioctl(watch, PROBE_OPENS) == 1);
	FAILS(ioctl(pipes[1], PROBE_OPENS), ENOTTY);
	FAILS(dup2(1000, watch), EBADF);
	CHECK(ioctl(watch, PROBE_OPENS) == 1);
}

/* Daemons close everything; the shim's own descriptors do not exist for them. */
void test_hidden(void)
{
	int closed = 0, fd, other;

	closefrom(3); /* what was inherited */
	fd = open_node(NODE, O_RDWR);
	other = open_node(OTHER, O_RDWR);

	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	for (int i = 3; i < 20000; i++) {
		if (i != fd && close(i) == 0)
			closed++;
	}
	CHECK(closed >= 1);
	FAILS(ioctl(other, PROBE_OPENS), EBADF);
	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	other = open_node(OTHER, O_RDWR);
	CHECK(close_range((unsigned)other, ~0u, 0) == 0);
	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	other = open_node(OTHER, O_RDWR);
	await(other, PROBE_OPENS, 1);
	closefrom(fd + 1);
	FAILS(ioctl(other, PROBE_OPENS), EBADF);
	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	closefrom(3);
	FAILS(ioctl(fd, PROBE_OPENS), EBADF);
	fd = open_node(NODE, O_RDWR);
	await(fd, PROBE_OPENS, 1);
}

static void *open_streams(void *node)
{
	for (int i = 0; i < 300; i++) {
		FILE *stream = fopen(node, "r+");

		CHECK(stream);
		for (int k = 0; k < 3; k++)
			CHECK(ioctl(fileno(stream), PROBE_OPENS) >= 1);
		CHECK(fclose(stream) == 0);
	}
	return NULL;
}

void test_streams(void)
{
	struct probe_record records[8] = {{5, 0}};
	FILE *stream = fopen(NODE, "r+"), *second;
	char node[] = NODE, other[] = OTHER;
	pthread_t threads[4];
	int fd;

	CHECK(stream);
	fd = fileno(stream);
	CHECK(fd >= 0 && ioctl(fd, PROBE_OPENS) == 1);
	CHECK(write(fd, records, 1) == 1 && read(fd, records, 8) == 1);
	second = fdopen(dup(fd), "w");
	CHECK(second && ioctl(fileno(second), PROBE_OPENS) == 1);
	CHECK(fclose(stream) == 0 && ioctl(fileno(second), PROBE_OPENS) == 1);
	FAILS(ioctl(fd, PROBE_OPENS), EBADF);
	CHECK(fclose(second) == 0);
	CHECK(!fopen("/dev/probe2", "r") && errno == ENOENT);
	stream = fopen("/dev/null", "w");
	CHECK(stream && fputs("x", stream) >= 0 && !fclose(stream));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, open_streams, i % 2 ? other : node));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(threads[i], NULL));
}

static void *add(void *context)
{
	int fd = *(int *)context;

	for (uint32_t i = 0; i < 500; i++) {
		struct probe_pair pair = {.a = i};

		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == i + 1);
	}
	return NULL;
}

void test_threads(void)
{
	int fd = open_node(NODE, O_RDWR);
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		CHECK(!pthread_create(&threads[i], NULL, add, &fd));
	for (int i = 0; i < 8; i++)
		CHECK(!pthread_join(threads[i], NULL));
}

static void *wait_kick(void *context)
{
	CHECK(ioctl(*(int *)context, PROBE_WAIT) == 9);
	return NULL;
}

/* Calls that wait do not hold up others. */
void test_many(void)
{
	int fd = open_node(NODE, O_RDWR), other = open_node(OTHER, O_RDWR);
	pthread_t threads[32];

	for (int i = 0; i < 32; i++)
		CHECK(!pthread_create(&threads[i], NULL, wait_kick, &fd));
	await(other, PROBE_OPENS, 1);
	await(fd, PROBE_WAITING, 32);
	CHECK(ioctl(fd, PROBE_KICK) == 32);
	for (int i = 0; i < 32; i++)
		CHECK(!pthread_join(threads[i], NULL));
}
