/* SPDX-License-Identifier: MIT */
/**
 * @file listeners.h
 * The addresses at which guests come in.
 */
#ifndef IOFERRY_HOST_LISTENERS_H
#define IOFERRY_HOST_LISTENERS_H

#include "host/session/engine.h"
#include <ioferry/log.h>
#include <stddef.h>
#include <stdint.h>

struct listeners;

/** @p epoll gets the listeners; their events carry the pointer that listeners_accept() takes. NULL: no memory. */
struct listeners *listeners_create(int epoll, struct engine *engine);
void listeners_destroy(struct listeners *listeners);
/** Permission bits of sockets in the file system that are made from now on. */
void listeners_set_mode(struct listeners *listeners, uint32_t mode);
/** Listens at exactly these addresses: keeps what is there, opens what is new, then closes what is gone. Failures
 *  are logged. @return how many could not be opened. */
size_t listeners_set(struct listeners *listeners, const char *const *addresses, size_t count);
/** Takes all waiting connections of the listener that @p event names. */
void listeners_accept(void *event, struct engine *engine);

#endif
