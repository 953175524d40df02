/* SPDX-License-Identifier: MIT
 *
 * Plays story files and compares each with what really happens.
 *
 *   run_stories FILE ..            fails at the first difference
 *   UPDATE=1 run_stories FILE ..   rewrites the traces in the files
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

enum { STORY_BYTES_MAX = 4 * 1024 * 1024 };

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = malloc(STORY_BYTES_MAX + 1);
    size_t bytes = text == NULL ? 0 : fread(text, 1, STORY_BYTES_MAX, file);
    if (text != NULL)
        text[bytes] = '\0';
    (void)fclose(file); /* It was only read. */
    return text;
}

static bool write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool good = fputs(text, file) >= 0;
    return fclose(file) == 0 && good;
}

/* Prints the first line where two texts part. */
static void print_difference(const char *path, const char *expected, const char *real)
{
    unsigned line = 1;
    while (*expected != '\0' && *expected == *real) {
        line += *expected == '\n' ? 1 : 0;
        expected++;
        real++;
    }
    while (line > 1 && expected[-1] != '\n') {
        expected--;
        real--;
    }
    fprintf(stderr, "%s:%u: the trace differs\n  expected: %.*s\n  real:     %.*s\n", path, line,
            (int)strcspn(expected, "\n"), expected, (int)strcspn(real, "\n"), real);
}

static bool play(const char *path)
{
    char message[400] = "";
    char *real = NULL;
    size_t bytes = 0;
    char *text = read_file(path);
    FILE *out = open_memstream(&real, &bytes);
    if (text == NULL || out == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        free(text);
        return false;
    }
    bool good = raft_sim_story_play(text, out, message, sizeof message);
    (void)fclose(out); /* Memory does not fail to close. */
    if (!good)
        fprintf(stderr, "%s:%s\nthe story so far:\n%s", path, message, real);
    else if (getenv("UPDATE") != NULL)
        good = write_file(path, real);
    else if (strcmp(text, real) != 0) {
        print_difference(path, text, real);
        good = false;
    }
    free(text);
    free(real);
    return good;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed += !play(argv[i]);
    return failed > 0;
}
