/* SPDX-License-Identifier: MIT */
/* What a person sees of the sessions. Their names are secrets, and not told. */
#include "transports/9p/host/tree_impl.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *kind_of(uint64_t mode)
{
	static const char *const kinds[] = {"direct", "cached", "serial", "cached, serial"};

	return kinds[mode & (FOLDER_CACHED | FOLDER_SERIAL)];
}

static void print_all(FILE *out, struct tree *tree)
{
	(void)fprintf(out, "%-16s %6s %12s %12s %12s\n", "mount", "opens", "call writes", "call reads", "event reads");
	(void)pthread_mutex_lock(&tree->lock);
	for (struct folder *folder = tree->folders; folder; folder = folder->next) {
		(void)pthread_mutex_lock(&folder->lock);
		(void)fprintf(out, "%-16s %6u %12" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", kind_of(folder->mode),
			      folder->opens, folder->call_writes, folder->call_reads, folder->event_reads);
		(void)pthread_mutex_unlock(&folder->lock);
	}
	(void)pthread_mutex_unlock(&tree->lock);
}

char *sessions_text(struct tree *tree, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out)
		return NULL;
	print_all(out, tree);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
