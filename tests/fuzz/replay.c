/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzzer's function on files, for compilers without libFuzzer.
 *
 *     replay [--accepted] FILE|FOLDER...
 *
 * --accepted: the decoder must take each of them, as it must take seeds.
 */
#include "fuzz.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct replay {
	bool accepted;
	unsigned inputs, failed;
};

static void complain(struct replay *replay, const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	replay->failed++;
}

static void run_file(struct replay *replay, const char *path, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);
	FILE *file = fopen(path, "re");
	unsigned before = fuzz_accepted;

	if (!bytes || !file || fread(bytes, 1, size, file) != size) {
		complain(replay, path, file ? "cannot be read" : strerror(errno));
	} else {
		LLVMFuzzerTestOneInput(bytes, size);
		replay->inputs++;
		if (replay->accepted && fuzz_accepted == before)
			complain(replay, path, "the decoder does not take it");
	}
	if (file)
		fclose(file);
	free(bytes);
}

static void run_path(struct replay *replay, const char *path)
{
	struct dirent **entries;
	struct stat info;
	int n;

	if (stat(path, &info) < 0) {
		complain(replay, path, strerror(errno));
		return;
	}
	if (!S_ISDIR(info.st_mode)) {
		run_file(replay, path, (size_t)info.st_size);
		return;
	}
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char inner[4096];

		if (entries[i]->d_name[0] != '.' &&
		    snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name) < (int)sizeof inner)
			run_path(replay, inner);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

int main(int argc, char **argv)
{
	struct replay replay = {0};

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--accepted"))
			replay.accepted = true;
		else
			run_path(&replay, argv[i]);
	}
	printf("%u inputs, %u failed\n", replay.inputs, replay.failed);
	return replay.failed != 0;
}
