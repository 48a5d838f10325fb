/* SPDX-License-Identifier: MIT */
#include "transports/9p/host/mount.h"
#include "transports/9p/host/operations.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

struct mount {
	struct share share;
	struct fuse_session *session;
	pthread_t thread;
	int stop; /* eventfd */
};

/* Without root it is fusermount3's to do. */
static void unmount_dead(const char *folder)
{
	char program[] = "fusermount3", options[] = "-uzq", path[] = "PATH=/usr/bin:/bin";
	char *const arguments[] = {program, options, (char *)(uintptr_t)folder, NULL};
	char *const environment[] = {path, NULL};
	pid_t child;

	if (umount2(folder, MNT_DETACH) == 0)
		return;
	if (posix_spawnp(&child, program, NULL, NULL, arguments, environment) == 0)
		(void)waitpid(child, NULL, 0);
}

/* 0, or why nothing can be mounted there. */
static int prepare(const char *folder, char *reason, size_t reason_size)
{
	struct stat facts;

	/* A daemon that was killed leaves its mount behind, which answers nothing. */
	while (stat(folder, &facts) < 0 && errno == ENOTCONN) {
		unmount_dead(folder);
		if (stat(folder, &facts) == 0 || errno != ENOTCONN)
			break;
		(void)snprintf(reason, reason_size, "%s is a mount that nobody serves; unmount it", folder);
		return -EBUSY;
	}
	if (stat(folder, &facts) < 0) {
		int error = errno;

		(void)snprintf(reason, reason_size, "%s: %s; make the folder first", folder, strerror(error));
		return -error;
	}
	if (!S_ISDIR(facts.st_mode)) {
		(void)snprintf(reason, reason_size, "%s is no folder", folder);
		return -ENOTDIR;
	}
	return 0;
}

static struct fuse_session *new_session(struct share *share, bool for_all)
{
	char program[] = "ioferry-hostd", option[] = "-o", name[] = "fsname=ioferry,subtype=ioferry",
	     name_for_all[] = "fsname=ioferry,subtype=ioferry,allow_other";
	char *with[] = {program, option, for_all ? name_for_all : name};
	struct fuse_args arguments = FUSE_ARGS_INIT(3, with);
	struct fuse_session *session = fuse_session_new(&arguments, &share_operations, sizeof share_operations, share);

	fuse_opt_free_args(&arguments);
	return session;
}

/* Hypervisors mostly run as another user. Without root, others are let in where /etc/fuse.conf permits it. */
static int mount_for_all(struct mount *mount, const char *folder)
{
	static const bool attempts[] = {true, false};

	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		mount->session = new_session(&mount->share, attempts[i]);
		if (!mount->session)
			return -ENOMEM;
		if (fuse_session_mount(mount->session, folder) == 0)
			return 0;
		fuse_session_destroy(mount->session);
		mount->session = NULL;
	}
	return -EPERM;
}

static void *serve(void *context)
{
	struct mount *mount = context;
	struct pollfd waits[2] = {{.fd = fuse_session_fd(mount->session), .events = POLLIN},
				  {.fd = mount->stop, .events = POLLIN}};
	struct fuse_buf buffer = {0};

	while (!fuse_session_exited(mount->session)) {
		int size;

		if (poll(waits, 2, -1) < 0 && errno != EINTR)
			break;
		if (waits[1].revents)
			break;
		if (!waits[0].revents)
			continue;
		size = fuse_session_receive_buf(mount->session, &buffer);
		if (size > 0)
			fuse_session_process_buf(mount->session, &buffer);
		else if (size != -EINTR && size != -EAGAIN)
			break;
	}
	free(buffer.mem);
	return NULL;
}

static int start(struct mount *mount)
{
	sigset_t all, before;
	int error;

	mount->stop = eventfd(0, EFD_CLOEXEC);
	if (mount->stop < 0)
		return -errno;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&mount->thread, NULL, serve, mount);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void mount_free(struct mount *mount)
{
	if (mount->session) {
		fuse_session_unmount(mount->session);
		fuse_session_destroy(mount->session);
	}
	if (mount->stop >= 0)
		(void)close(mount->stop);
	share_clear(&mount->share);
	tree_node_put(mount->share.root, 1);
	(void)pthread_mutex_destroy(&mount->share.lock);
	free(mount);
}

int mount_create(struct tree *tree, const char *folder, struct mount **result, char *reason, size_t reason_size)
{
	struct mount *mount;
	int error = prepare(folder, reason, reason_size);

	if (error)
		return error;
	mount = calloc(1, sizeof *mount);
	if (!mount)
		return -ENOMEM;
	mount->stop = -1;
	mount->share.tree = tree;
	mount->share.root = tree_root(tree);
	(void)pthread_mutex_init(&mount->share.lock, NULL);
	error = mount_for_all(mount, folder);
	if (error)
		(void)snprintf(reason, reason_size,
			       "cannot mount at %s: root, or /dev/fuse and fusermount3 (Debian: fuse3), are needed",
			       folder);
	else
		error = start(mount);
	if (error) {
		mount_free(mount);
		return error;
	}
	*result = mount;
	return 0;
}

void mount_destroy(struct mount *mount)
{
	uint64_t one = 1;

	(void)!write(mount->stop, &one, sizeof one);
	(void)pthread_join(mount->thread, NULL);
	mount_free(mount);
}
