/* SPDX-License-Identifier: MIT */
/* Files beside the devices, as drivers' libraries read them: nothing of the kind is in this machine. */
#include "app.h"
#include <dirent.h>
#include <stddef.h>
#include <sys/stat.h>

#define TABLE  "/proc/probe"
#define FOLDER "/sys/class/probe"
#define TEXT   "2 probes\n0 is /dev/probe0\n1 is /dev/probe1\n"

static void check_file(const char *path, const char *wanted)
{
	char text[256];
	FILE *stream = fopen(path, "r");

	CHECK(stream);
	text[fread(text, 1, sizeof text - 1, stream)] = 0;
	CHECK(!strcmp(text, wanted));
	rewind(stream);
	CHECK(fgets(text, sizeof text, stream) && !strncmp(text, wanted, strlen(text)));
	CHECK(!fclose(stream));
}

static void check_opens(void)
{
	char text[256];
	int fd = open(TABLE, O_RDONLY | O_CLOEXEC), folder;

	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(read(fd, text, sizeof text) == (ssize_t)strlen(TEXT) && !memcmp(text, TEXT, strlen(TEXT)));
	CHECK(read(fd, text, sizeof text) == 0 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, 1) == 1);
	CHECK(write(fd, text, 1) == -1 && ftruncate(fd, 0) == -1);
	CHECK(!close(fd));
	folder = open("/", O_RDONLY | O_DIRECTORY);
	fd = openat(folder, "//proc/.//probe", O_RDONLY);
	CHECK(fd < 0); /* "//proc" is not looked at */
	fd = openat(folder, "/proc/.//probe", O_RDONLY);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == 0 && !close(fd) && !close(folder));
	FAILS(open(TABLE, O_RDWR), EACCES);
	FAILS(creat(TABLE, 0600), EACCES);
	FAILS(open(TABLE, O_RDONLY | O_DIRECTORY), ENOTDIR);
	FAILS(open("/proc/probes", O_RDONLY), ENOENT);
	FAILS(open(FOLDER "/probe2/number", O_RDONLY), ENOENT);
	CHECK(!fopen(TABLE, "r+") && errno == EACCES && !fopen("/proc/probes", "r") && errno == ENOENT);
}

static void check_status(void)
{
	struct stat status;
	struct statx wide;

	CHECK(!stat(TABLE, &status) && S_ISREG(status.st_mode) && status.st_size == (off_t)strlen(TEXT));
	CHECK(!lstat(FOLDER, &status) && S_ISDIR(status.st_mode));
	CHECK(!statx(AT_FDCWD, TABLE, 0, STATX_BASIC_STATS, &wide) && wide.stx_size == strlen(TEXT));
	CHECK(!access(TABLE, R_OK) && !access(FOLDER "/probe1", R_OK | X_OK) && !access(FOLDER "/version", F_OK));
	FAILS(access(FOLDER "/probe2", F_OK), ENOENT);
	FAILS(stat(FOLDER "/probe1/other", &status), ENOENT);
	/* What the kernel has there is the kernel's. */
	CHECK(!stat("/proc", &status) && !stat("/sys/class", &status) && !stat("/proc/self/status", &status));
}

static int folders(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_REG;
}

static void check_folders(void)
{
	struct dirent **list;
	int count = scandir(FOLDER, &list, folders, alphasort);

	CHECK(count == 2 && !strcmp(list[0]->d_name, "probe0") && !strcmp(list[1]->d_name, "probe1"));
	CHECK(list[0]->d_reclen >= offsetof(struct dirent, d_name) + sizeof "probe0");
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
	count = scandir(FOLDER "/probe1", &list, NULL, alphasort);
	CHECK(count == 3 && !strcmp(list[0]->d_name, ".") && !strcmp(list[2]->d_name, "number"));
	CHECK(list[2]->d_type == DT_REG && list[1]->d_type == DT_DIR);
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
	FAILS(scandir(TABLE, &list, NULL, NULL), ENOTDIR);
	FAILS(scandir(FOLDER "/probe2", &list, NULL, NULL), ENOENT);
	count = scandir("/proc/self", &list, NULL, NULL);
	CHECK(count > 10);
	while (count--)
		free(list[count]);
	free(list);
}

void test_beside(void)
{
	check_file(TABLE, TEXT);
	check_file(FOLDER "/version", "2.1\n");
	check_file(FOLDER "/probe1/number", "1\n");
	check_opens();
	check_status();
	check_folders();
}
