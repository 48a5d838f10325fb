/* SPDX-License-Identifier: MIT */
#include "complaints.h"

#include <stdarg.h>
#include <stdio.h>

enum { BURST = 3, INTERVAL_MS = 60000 };

void complaints_create(struct complaints *complaints)
{
	*complaints = (struct complaints){0};
	(void)pthread_mutex_init(&complaints->lock, NULL);
}

void complaints_destroy(struct complaints *complaints)
{
	(void)pthread_mutex_destroy(&complaints->lock);
}

void complain(struct complaints *complaints, const char *format, ...)
{
	va_list arguments;
	uint32_t dropped;
	char text[512];
	bool allowed;

	(void)pthread_mutex_lock(&complaints->lock);
	allowed = iof_log_allowed(&complaints->limit, BURST, INTERVAL_MS, &dropped);
	(void)pthread_mutex_unlock(&complaints->lock);
	if (!allowed)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (dropped)
		iof_log(IOF_LOG_ERR, "%s (%u lines left out before)", text, dropped);
	else
		iof_log(IOF_LOG_ERR, "%s", text);
}
