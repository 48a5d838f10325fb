/* SPDX-License-Identifier: MIT */
/* Hello: versions, limits, and which devices and commands both sides mean in the same way. */
#include "session_impl.h"
#include <ioferry/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX_LEAST 4096u

/* What a hello tells of this build's interfaces; one allocation. */
struct schema {
	size_t n;
	Ioferry__Interface **pointers;
	Ioferry__Interface *interfaces;
	uint64_t *hashes;
	uint32_t *numbers;
};

static int schema_create(struct schema *schema)
{
	size_t n_commands = 0, n = 0, used = 0;
	void *memory;

	for (const struct iof_interface *const *at = iof_interfaces; *at; at++, n++)
		n_commands += (*at)->n_commands;
	memory = calloc(1, n * (sizeof(void *) + sizeof(Ioferry__Interface)) + n_commands * 12 + 8);
	if (!memory)
		return -ENOMEM;
	schema->n = n;
	schema->interfaces = memory;
	schema->hashes = (uint64_t *)(void *)(schema->interfaces + n);
	schema->pointers = (Ioferry__Interface **)(void *)(schema->hashes + n_commands);
	schema->numbers = (uint32_t *)(void *)(schema->pointers + n);
	for (size_t i = 0; i < n; i++) {
		iof_control_interface(iof_interfaces[i], &schema->interfaces[i], schema->numbers + used,
				      schema->hashes + used);
		schema->pointers[i] = &schema->interfaces[i];
		used += iof_interfaces[i]->n_commands;
	}
	return 0;
}

static const Ioferry__Interface *host_interface(const Ioferry__HelloReply *hello, const char *name)
{
	for (size_t i = 0; i < hello->n_interfaces; i++)
		if (strcmp(hello->interfaces[i]->name, name) == 0)
			return hello->interfaces[i];
	return NULL;
}

/* Says which commands are disabled, once a hello. */
static void log_differences(const struct iof_interface *ours, const Ioferry__Interface *theirs)
{
	unsigned differing = 0;

	for (uint32_t i = 0; i < ours->n_commands; i++) {
		const struct iof_command *command = &ours->commands[i];

		if (iof_control_same_command(theirs, command))
			continue;
		iof_log(IOF_LOG_DEBUG, "interface %s: %s (0x%08x, hash %016llx) differs on the host", ours->name,
			command->name, command->number[IOF_LAYOUT_LP64], (unsigned long long)command->hash);
		differing++;
	}
	iof_log(IOF_LOG_WARNING,
		"interface %s: hash %016llx here, %016llx on the host; %u of %u commands differ and fail with ENOTTY",
		ours->name, (unsigned long long)ours->hash, (unsigned long long)theirs->hash, differing,
		ours->n_commands);
}

static void add_device(struct device_table *table, const Ioferry__Device *from)
{
	struct iof_device *device = &table->devices[table->n_devices];

	if (!iof_device_name_is_sane(from->name)) {
		iof_log(IOF_LOG_WARNING, "the host offers a device with the name \"%s\": ignored", from->name);
		return;
	}
	*device = (struct iof_device){
		.name = from->name,
		.interface = iof_interface_find(from->interface),
		.interface_name = from->interface,
		.mode = from->mode & 0777,
		.major = from->major,
		.minor = from->minor,
	};
	if (device->interface && device->interface->hash != from->interface_hash) {
		static const Ioferry__Interface nothing = IOFERRY__INTERFACE__INIT;
		const Ioferry__Interface *theirs = host_interface(table->hello, from->interface);

		device->schema = theirs ? theirs : &nothing;
		log_differences(device->interface, device->schema);
	}
	table->n_devices++;
}

static int read_devices(struct device_table *table)
{
	table->devices = calloc(table->hello->n_devices ? table->hello->n_devices : 1, sizeof *table->devices);
	if (!table->devices)
		return -ENOMEM;
	for (size_t i = 0; i < table->hello->n_devices; i++)
		add_device(table, table->hello->devices[i]);
	return 0;
}

void device_tables_destroy(struct device_table *table)
{
	while (table) {
		struct device_table *older = table->older;

		iof_control_arena_destroy(&table->arena);
		free(table->devices);
		free(table);
		table = older;
	}
}

/* Waits for a call before other threads are in the session; signals do not end it, the deadline does. */
static int wait_until(struct iof_session *session, struct control_call *control, int64_t deadline)
{
	while (__atomic_load_n(&control->call.state, __ATOMIC_ACQUIRE) != CALL_DONE) {
		int64_t left = deadline - iof_now_ms();
		short events = iof_session_wants_write(session) ? POLLIN | POLLOUT : POLLIN;

		if (left <= 0 || iof_poll(iof_session_descriptor(session), events, (int)left) == 0) {
			session_take_role(session);
			session_lose(session);
			session_release_role(session);
			return -ETIMEDOUT;
		}
		iof_session_process(session);
	}
	return control->error;
}

static void take_limits(struct iof_session *session, const Ioferry__HelloReply *hello)
{
	if (hello->message_max < session->message_max)
		session->message_max = hello->message_max;
	session->link->ops->set_message_max(session->link, session->message_max);
	session->max_calls = hello->max_calls < ACK_WINDOW ? hello->max_calls : ACK_WINDOW;
	session->keep_replies = hello->keep_replies;
	session->keep_bytes = hello->keep_bytes;
}

static int check_hello(const Ioferry__ControlReply *reply, char *reason, size_t reason_size)
{
	const Ioferry__HelloReply *hello;

	if (!reply || reply->what_case != IOFERRY__CONTROL_REPLY__WHAT_HELLO) {
		snprintf(reason, reason_size, "the host's answer to the hello is not one");
		return -EPROTO;
	}
	hello = reply->hello;
	if (hello->version != IOF_PROTOCOL_VERSION) {
		snprintf(reason, reason_size, "the host speaks version %u of the protocol, this program %u",
			 hello->version, IOF_PROTOCOL_VERSION);
		return -EPROTONOSUPPORT;
	}
	if (hello->message_max < MESSAGE_MAX_LEAST || !hello->max_calls) {
		snprintf(reason, reason_size, "the host's limits are too small: message_max %u, max_calls %u",
			 hello->message_max, hello->max_calls);
		return -EPROTO;
	}
	return 0;
}

static void say_why(const struct control_call *control, int error, char *reason, size_t reason_size)
{
	const char *words = control->reply ? control->reply->reason : "";

	if (words[0])
		snprintf(reason, reason_size, "the host refuses: %s", words);
	else
		snprintf(reason, reason_size, "no answer to the hello: %s",
			 error == -ENODEV ? "the host ended the connection" : strerror(-error));
}

static struct device_table *table_create(void)
{
	struct device_table *table = calloc(1, sizeof *table);

	if (table && iof_control_arena_create(&table->arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS) < 0) {
		free(table);
		return NULL;
	}
	return table;
}

/* Makes the answer to a hello, in the table's arena, what the session knows. The table is the session's then. */
static int take_table(struct iof_session *session, struct device_table *table, const Ioferry__ControlReply *reply,
		      char *reason, size_t reason_size)
{
	int r = check_hello(reply, reason, reason_size);

	if (r < 0)
		return r;
	table->hello = reply->hello;
	r = read_devices(table);
	if (r < 0)
		return r;
	table->older = session->table;
	__atomic_store_n(&session->table, table, __ATOMIC_RELEASE);
	return 0;
}

/* Sends a hello. */
static int submit_hello(struct iof_session *session, struct iof_call *call)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Hello hello = IOFERRY__HELLO__INIT;
	struct schema schema = {0};
	int r = schema_create(&schema);

	if (r < 0)
		return r;
	hello.version_min = hello.version_max = IOF_PROTOCOL_VERSION;
	hello.client = session->client;
	hello.abi = IOF_ABI_NATIVE;
	hello.message_max = session->message_max;
	hello.n_interfaces = schema.n;
	hello.interfaces = schema.pointers;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_HELLO;
	request.hello = &hello;
	r = control_submit(session, call, &request);
	free(schema.interfaces);
	return r;
}

/* Says hello. The first time (timeout_ms >= 0) takes the limits too; later only the devices. */
int session_hello(struct iof_session *session, int timeout_ms, char *reason, size_t reason_size)
{
	struct device_table *table = table_create();
	struct control_call control;
	int r;

	if (!table)
		return -ENOMEM;
	control_prepare(&control, &table->arena);
	r = submit_hello(session, &control.call);
	if (r == 0)
		r = timeout_ms < 0 ? control_finish(session, &control)
				   : wait_until(session, &control, iof_now_ms() + timeout_ms);
	if (r < 0)
		say_why(&control, r, reason, reason_size);
	else
		r = take_table(session, table, control.reply, reason, reason_size);
	if (r < 0)
		device_tables_destroy(table);
	else if (timeout_ms >= 0)
		take_limits(session, table->hello);
	return r;
}

/* A hello that nobody waits for. */
struct refresh {
	struct control_call control; /* first: refresh_done() gets a pointer to its call */
	struct iof_session *session;
	struct device_table *table;
	void (*done)(void *context, int error);
	void *context;
};

static void refresh_done(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct refresh *refresh = (struct refresh *)call;
	char reason[128];
	int r;

	control_take(&refresh->control, reply, payload, length);
	r = refresh->control.error;
	if (r == 0)
		r = take_table(refresh->session, refresh->table, refresh->control.reply, reason, sizeof reason);
	if (r < 0)
		device_tables_destroy(refresh->table);
	refresh->done(refresh->context, r);
	free(refresh);
}

int iof_session_refresh_begin(struct iof_session *session, void (*done)(void *context, int error), void *context)
{
	struct refresh *refresh = calloc(1, sizeof *refresh);
	struct device_table *table = table_create();
	int r = -ENOMEM;

	if (refresh && table) {
		*refresh = (struct refresh){.session = session, .table = table, .done = done, .context = context};
		control_prepare(&refresh->control, &table->arena);
		refresh->control.call.done = refresh_done;
		refresh->control.call.waited = false;
		r = submit_hello(session, &refresh->control.call);
	}
	if (r < 0) {
		device_tables_destroy(table);
		free(refresh);
	}
	return r;
}

void iof_session_forget_devices(struct iof_session *session)
{
	device_tables_destroy(session->table->older);
	session->table->older = NULL;
}
