/* SPDX-License-Identifier: MIT */
/**
 * @file socketcan.h
 * The backend "socketcan".
 */
#ifndef IOFERRY_HOST_SOCKETCAN_H
#define IOFERRY_HOST_SOCKETCAN_H

#include "host/backend.h"

/** The can4linux API over a network interface of the host; docs/socketcan.md. */
extern const struct host_backend host_backend_socketcan;

#endif
