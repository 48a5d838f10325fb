/* SPDX-License-Identifier: MIT */
/* scandir() of folders of companion files: how drivers' libraries look for their devices in /sys. */
#include "guest/preload/beside.h"
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct companion_entry own[] = {{.name = ".", .folder = true}, {.name = "..", .folder = true}};
#define OWN (sizeof(own) / sizeof(*own))

/* The application's functions run outside of sections, as everywhere. */
#define SCANDIR(function, type)                                                                                        \
	typedef int function##_selector(const struct type *);                                                          \
	typedef int function##_order(const struct type **, const struct type **);                                      \
                                                                                                                       \
	static struct type *function##_entry(const struct companion_entry *from)                                       \
	{                                                                                                              \
		size_t size = offsetof(struct type, d_name) + strlen(from->name) + 1;                                  \
		struct type *entry = calloc(1, sizeof(*entry));                                                        \
                                                                                                                       \
		if (!entry)                                                                                            \
			return NULL;                                                                                   \
		entry->d_ino = 1;                                                                                      \
		entry->d_type = from->folder ? DT_DIR : DT_REG;                                                        \
		entry->d_reclen = (unsigned short)((size + 7) & ~(size_t)7);                                           \
		memcpy(entry->d_name, from->name, strlen(from->name));                                                 \
		return entry;                                                                                          \
	}                                                                                                              \
                                                                                                                       \
	static int function##_compare(const void *left, const void *right, void *order)                                \
	{                                                                                                              \
		return (*(function##_order **)order)((const struct type **)left, (const struct type **)right);         \
	}                                                                                                              \
                                                                                                                       \
	/* The entries that are wanted, in a list that has room for all of them. */                                    \
	static int function##_fill(struct type **list, const struct companion_entry *entries, size_t count,            \
				   function##_selector *selector)                                                      \
	{                                                                                                              \
		int wanted = 0;                                                                                        \
                                                                                                                       \
		for (size_t i = 0; i < OWN + count; i++) {                                                             \
			struct type *entry = function##_entry(i < OWN ? &own[i] : &entries[i - OWN]);                  \
                                                                                                                       \
			if (!entry)                                                                                    \
				goto no_memory;                                                                        \
			if (!selector || selector(entry))                                                              \
				list[wanted++] = entry;                                                                \
			else                                                                                           \
				free(entry);                                                                           \
		}                                                                                                      \
		return wanted;                                                                                         \
                                                                                                                       \
	no_memory:                                                                                                     \
		while (wanted)                                                                                         \
			free(list[--wanted]);                                                                          \
		free(list);                                                                                            \
		return -ENOMEM;                                                                                        \
	}                                                                                                              \
                                                                                                                       \
	INTERPOSE int function(const char *restrict path, struct type ***restrict list,                                \
			       int (*selector)(const struct type *),                                                   \
			       int (*order)(const struct type **, const struct type **))                               \
	{                                                                                                              \
		struct companion_entry *entries;                                                                       \
		size_t count;                                                                                          \
		int wanted, error = beside_entries(path, &entries, &count);                                            \
                                                                                                                       \
		if (error == -ENOENT)                                                                                  \
			return real()->function(path, list, selector, order);                                          \
		if (error)                                                                                             \
			return (int)shim_result(error);                                                                \
		*list = calloc(OWN + count, sizeof(struct type *));                                                    \
		wanted = *list ? function##_fill(*list, entries, count, selector) : -ENOMEM;                           \
		free(entries);                                                                                         \
		if (wanted > 0 && order)                                                                               \
			qsort_r(*list, (size_t)wanted, sizeof(struct type *), function##_compare, &order);             \
		return (int)shim_result(wanted);                                                                       \
	}

SCANDIR(scandir, dirent)
SCANDIR(scandir64, dirent64)
