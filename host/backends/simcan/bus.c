/* SPDX-License-Identifier: MIT */
/**
 * @file bus.c
 * The event loop of a bus, the thread that follows the machine's clock, and the registry of buses by name.
 */
#include "host/backends/simcan/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/*
 * Devices are made one by one from a configuration and meet on a bus by its name alone, so the names must be known
 * process-wide. Nothing else is.
 */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct simcan_bus *registry;

static struct simcan_bus *bus_create(const char *name, const struct simcan_clock *clock)
{
	struct simcan_bus *bus = calloc(1, sizeof(*bus));
	pthread_condattr_t attributes;

	if (!bus)
		return NULL;
	bus->name = strdup(name);
	if (!bus->name) {
		free(bus);
		return NULL;
	}
	bus->clock = clock;
	bus->work_tail = &bus->work;
	pthread_mutex_init(&bus->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&bus->kick, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_cond_init(&bus->work_done, NULL);
	return bus;
}

static void bus_destroy(struct simcan_bus *bus)
{
	simcan_bus_lock(bus);
	bus->stop = true;
	pthread_cond_signal(&bus->kick);
	simcan_bus_unlock(bus);
	if (bus->thread_started)
		pthread_join(bus->thread, NULL);
	pthread_cond_destroy(&bus->work_done);
	pthread_cond_destroy(&bus->kick);
	pthread_mutex_destroy(&bus->lock);
	free(bus->name);
	free(bus);
}

struct simcan_bus *simcan_bus_get(const char *name, const struct simcan_clock *clock)
{
	struct simcan_bus *bus;

	pthread_mutex_lock(&registry_lock);
	for (bus = registry; bus; bus = bus->next) {
		if (bus->clock == clock && strcmp(bus->name, name) == 0)
			break;
	}
	if (!bus) {
		bus = bus_create(name, clock);
		if (bus) {
			bus->next = registry;
			registry = bus;
		}
	}
	if (bus)
		bus->references++;
	pthread_mutex_unlock(&registry_lock);
	return bus;
}

void simcan_bus_put(struct simcan_bus *bus)
{
	struct simcan_bus **link;

	if (!bus)
		return;
	pthread_mutex_lock(&registry_lock);
	if (--bus->references > 0) {
		pthread_mutex_unlock(&registry_lock);
		return;
	}
	for (link = &registry; *link != bus; link = &(*link)->next)
		;
	*link = bus->next;
	pthread_mutex_unlock(&registry_lock);
	bus_destroy(bus);
}

void simcan_bus_lock(struct simcan_bus *bus)
{
	pthread_mutex_lock(&bus->lock);
}

void simcan_bus_unlock(struct simcan_bus *bus)
{
	pthread_mutex_unlock(&bus->lock);
}

pthread_mutex_t *simcan_bus_mutex(struct simcan_bus *bus)
{
	return &bus->lock;
}

uint64_t bus_time_locked(const struct simcan_bus *bus)
{
	return bus->stepping ? bus->time : bus->clock->monotonic(bus->clock->context);
}

uint64_t simcan_bus_now(struct simcan_bus *bus)
{
	return bus->clock->monotonic(bus->clock->context);
}

uint64_t simcan_bus_realtime(struct simcan_bus *bus, uint64_t time)
{
	uint64_t wall = bus->clock->realtime(bus->clock->context);

	return wall - (simcan_bus_now(bus) - time);
}

struct simcan_counts simcan_bus_counts(struct simcan_bus *bus)
{
	struct simcan_counts counts;

	simcan_bus_lock(bus);
	counts = bus->counts;
	simcan_bus_unlock(bus);
	return counts;
}

bool simcan_bus_busy(struct simcan_bus *bus)
{
	bool busy;

	simcan_bus_lock(bus);
	busy = bus->phase != PHASE_IDLE;
	simcan_bus_unlock(bus);
	return busy;
}

int simcan_bus_inject(struct simcan_bus *bus, const struct simcan_fault *fault)
{
	int err = -ENOSPC;

	simcan_bus_lock(bus);
	if (bus->n_faults < FAULTS_MAX) {
		bus->faults[bus->n_faults] = *fault;
		bus->faults[bus->n_faults++].frame += bus->counts.frames;
		err = 0;
	}
	simcan_bus_unlock(bus);
	return err;
}

static struct simcan_controller *next_to_recover(const struct simcan_bus *bus, uint64_t *at)
{
	struct simcan_controller *found = NULL;

	*at = NEVER;
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		uint64_t recovers_at = controller_recovers_at(each);

		if (recovers_at < *at) {
			*at = recovers_at;
			found = each;
		}
	}
	return found;
}

uint64_t bus_next_locked(const struct simcan_bus *bus)
{
	uint64_t next;

	if (bus->phase != PHASE_IDLE)
		return bus->transfer.due;
	next_to_recover(bus, &next);
	for (const struct simcan_controller *each = bus->controllers; each; each = each->next) {
		uint64_t ready = controller_ready_at(each);

		if (ready < next)
			next = ready;
	}
	return next;
}

uint64_t simcan_bus_next(struct simcan_bus *bus)
{
	uint64_t next;

	simcan_bus_lock(bus);
	next = bus_next_locked(bus);
	simcan_bus_unlock(bus);
	return next;
}

static void handle_event(struct simcan_bus *bus)
{
	struct simcan_controller *recovering;
	uint64_t recovers_at;

	if (bus->phase != PHASE_IDLE) {
		transfer_continue_locked(bus);
		return;
	}
	recovering = next_to_recover(bus, &recovers_at);
	if (recovering && recovers_at <= bus->time)
		controller_recover(recovering);
	else
		transfer_start_locked(bus);
}

void bus_step_locked(struct simcan_bus *bus, uint64_t now)
{
	uint64_t next;

	bus->stepping = true;
	for (next = bus_next_locked(bus); next <= now && next != NEVER; next = bus_next_locked(bus)) {
		bus->time = next;
		handle_event(bus);
	}
	bus->stepping = false;
}

static void run_work_locked(struct simcan_bus *bus)
{
	while (bus->work) {
		struct simcan_work *work = bus->work;

		bus->work = work->next;
		if (!bus->work)
			bus->work_tail = &bus->work;
		work->queued = false;
		bus->running = work;
		bus->worker = pthread_self();
		pthread_mutex_unlock(&bus->lock);
		work->run(work);
		pthread_mutex_lock(&bus->lock);
		bus->running = NULL;
		pthread_cond_broadcast(&bus->work_done);
	}
}

void simcan_bus_run(struct simcan_bus *bus)
{
	simcan_bus_lock(bus);
	bus_step_locked(bus, simcan_bus_now(bus));
	run_work_locked(bus);
	simcan_bus_unlock(bus);
}

static void *bus_thread(void *argument)
{
	struct simcan_bus *bus = argument;
	char name[16];

	snprintf(name, sizeof(name), "simcan:%s", bus->name);
	pthread_setname_np(pthread_self(), name);
	prctl(PR_SET_TIMERSLACK, 1000UL); /* the default of 50 us is half a short frame */

	simcan_bus_lock(bus);
	while (!bus->stop) {
		uint64_t next;
		struct timespec until;

		bus_step_locked(bus, simcan_bus_now(bus));
		if (bus->work) {
			run_work_locked(bus);
			continue;
		}
		next = bus_next_locked(bus);
		if (next == NEVER) {
			pthread_cond_wait(&bus->kick, &bus->lock);
			continue;
		}
		until.tv_sec = (time_t)(next / 1000000000u);
		until.tv_nsec = (long)(next % 1000000000u);
		pthread_cond_timedwait(&bus->kick, &bus->lock, &until);
	}
	simcan_bus_unlock(bus);
	return NULL;
}

static void start_thread_locked(struct simcan_bus *bus)
{
	sigset_t all, previous;

	/* Signals end calls that block in a session's thread; none is meant for this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &previous);
	bus->thread_started = pthread_create(&bus->thread, NULL, bus_thread, bus) == 0;
	pthread_sigmask(SIG_SETMASK, &previous, NULL);
}

void bus_kick_locked(struct simcan_bus *bus)
{
	if (bus->clock->manual || bus->stepping)
		return;
	/* Not at creation: a configuration that is only checked needs no thread, and a daemon may fork until it opens.
	 */
	if (!bus->thread_started)
		start_thread_locked(bus);
	pthread_cond_signal(&bus->kick);
}

void simcan_bus_defer_locked(struct simcan_bus *bus, struct simcan_work *work)
{
	if (work->queued)
		return;
	work->queued = true;
	work->next = NULL;
	*bus->work_tail = work;
	bus->work_tail = &work->next;
	bus_kick_locked(bus);
}

void simcan_bus_cancel_locked(struct simcan_bus *bus, struct simcan_work *work)
{
	struct simcan_work **link;

	if (work->queued) {
		for (link = &bus->work; *link != work; link = &(*link)->next)
			;
		*link = work->next;
		if (bus->work_tail == &work->next)
			bus->work_tail = link;
		work->queued = false;
	}
	while (bus->running == work && !pthread_equal(bus->worker, pthread_self()))
		pthread_cond_wait(&bus->work_done, &bus->lock);
}
