/* SPDX-License-Identifier: MIT */
/**
 * @file world.h
 * A bus whose time tests move, and nodes that write down what they are told.
 */
#ifndef IOFERRY_TESTS_SIMCAN_WORLD_H
#define IOFERRY_TESTS_SIMCAN_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/backends/simcan/bus.h"
#include "host/backends/simcan/device.h"

enum { LOG_MAX = 512, NODES_MAX = 8 };

/** What happened to a node, in order. */
struct node_event {
	enum node_event_kind { RECEIVED, RECEIVED_SELF, SENT, GIVEN_UP, STATE } kind;
	uint64_t time;
	struct simcan_frame frame; /**< of RECEIVED */
	uint8_t status;            /**< of STATE */
};

struct node {
	struct simcan_controller *controller;
	struct node_event event[LOG_MAX];
	unsigned events, bus_errors;
};

struct world {
	struct simcan_clock clock;
	uint64_t now; /**< atomic */
	struct simcan_bus *bus;
	struct node node[NODES_MAX];
};

/** A world with @p nodes started nodes of @p kbit; time is such that all have joined the bus. */
struct world *world_create(unsigned nodes, unsigned kbit);
void world_destroy(struct world *world);
/** A node more, still in reset. */
struct node *world_add(struct world *world, unsigned index, unsigned kbit);
/** Moves time on and lets the bus catch up. */
void world_advance(struct world *world, uint64_t ns);
/** Moves time from event to event until @p frames more have started (or a second of bus time is over) and ended. */
void world_run_frames(struct world *world, unsigned frames);

void node_start(struct node *node, struct world *world);
void node_send(struct node *node, struct world *world, const struct simcan_frame *frame, unsigned flags);
unsigned node_count(const struct node *node, int kind);
/** The n-th event of the kind. */
const struct node_event *node_event(const struct node *node, int kind, unsigned n);
uint8_t node_tec(struct node *node, struct world *world);
uint8_t node_rec(struct node *node, struct world *world);
/** 1 or 0. */
int node_bus_off(struct node *node, struct world *world);
uint8_t node_status(struct node *node, struct world *world);

/** A clock at @p *now for devices. */
struct simcan_clock test_clock(uint64_t *now);

/* settings.c: what the drivers may ask a configuration for. */
struct test_setting {
	const char *key, *text;
	int64_t number;
};
/** Settings for simcan_device_create_on(), ending with a NULL key; valid until the next call. */
const struct config_node *test_settings(const struct test_setting *settings);
/** Errors that were recorded since test_settings(). */
unsigned test_settings_errors(void);

#endif
