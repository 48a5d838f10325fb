/* SPDX-License-Identifier: MIT */
/* Apart from lookup.c: only programs that link the generated interfaces have iof_interfaces[]. */
#include <ioferry/shape.h>
#include <string.h>

const struct iof_interface *iof_interface_find(const char *name)
{
	for (const struct iof_interface *const *at = iof_interfaces; *at; at++) {
		if (!strcmp((*at)->name, name))
			return *at;
	}
	return NULL;
}
