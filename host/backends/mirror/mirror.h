/* SPDX-License-Identifier: MIT */
/**
 * @file mirror.h
 * The driver of conformance tests: makes the case that the test announced, compares what it is given with it, and
 * answers as the case says. No daemon offers it: it has no settings and is made by the test's own host.
 */
#ifndef IOFERRY_HOST_MIRROR_H
#define IOFERRY_HOST_MIRROR_H

#include "host/backend.h"
#include "host/backends/mirror/plan.h"

struct mirror;

/** NULL: no memory. */
struct mirror *mirror_create(const struct plan_interface *plan, const struct iof_interface *interface);
/** After the engine with its devices, and mirror_serve(), have ended. */
void mirror_destroy(struct mirror *mirror);
/** The backend's part of device @p index, below MIRROR_DEVICES. */
struct host_device *mirror_device(struct mirror *mirror, unsigned index);
/** Answers a test's questions until its connection ends. Any thread. */
void mirror_serve(struct mirror *mirror, int fd);

#endif
