/* SPDX-License-Identifier: MIT */
/**
 * @file complaints.h
 * What is wrong with a device's settings and shows only when a guest opens or uses it: a guest that tries again and
 * again must not fill the log.
 */
#ifndef IOFERRY_CHARDEV_COMPLAINTS_H
#define IOFERRY_CHARDEV_COMPLAINTS_H

#include <ioferry/log.h>
#include <pthread.h>

struct complaints {
	pthread_mutex_t lock;
	struct iof_log_limit limit;
};

void complaints_create(struct complaints *complaints);
void complaints_destroy(struct complaints *complaints);
/** Logs an error; three lines, then one a minute. Thread-safe. */
void complain(struct complaints *complaints, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
