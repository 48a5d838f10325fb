/* SPDX-License-Identifier: MIT */
/* Addresses, as a configuration or an environment variable gives them. Nothing is opened. Input: the text. */
#include "fuzz.h"
#include "transports/stream/address.h"
#include "transports/stream/stream.h"
#include <ioferry/transport.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size};
	char *text = (char *)fuzz_copy(&input), part[16], reason[256];
	struct sockaddr_un address;
	const char *rest = NULL;
	uint32_t number;

	text = realloc(text, size + 1);
	if (!text)
		abort();
	text[size] = '\0';
	memset(reason, 'x', sizeof reason);
	if (!iof_transport_find(text, &rest, reason, sizeof reason)) {
		if (!memchr(reason, 0, sizeof reason))
			abort();
		rest = text;
	} else {
		fuzz_accepted++;
	}
	if (rest < text || rest > text + size)
		abort();
	if (!iof_address_port(rest, part, sizeof part, &number) && !memchr(part, 0, sizeof part))
		abort();
	(void)iof_address_number(rest, &number);
	if (!iof_unix_address(rest, &address) && strcmp(address.sun_path, rest) != 0)
		abort();
	free(text);
	return 0;
}
