/* SPDX-License-Identifier: MIT
 *
 * Makes mutants of our own sources (tests/mutants/README.md):
 *
 *   mutate list CATALOGUE            id, file, title of each mutant; file - = cannot be expressed
 *   mutate show CATALOGUE ID FIELD   title, from, kills, never or file
 *   mutate check CATALOGUE ROOT      each edit fits its file at exactly one place
 *   mutate apply CATALOGUE ID ROOT   the mutated file
 *   mutate draw SEED COUNT FILE...   COUNT different automatic mutants: FILE NUMBER
 *   mutate auto FILE NUMBER          the mutated file; what it is, on stderr
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "automatic.h"
#include "base/random.h"
#include "catalogue.h"

static int list(int argc, char **argv);
static int show(int argc, char **argv);
static int check(int argc, char **argv);
static int apply(int argc, char **argv);
static int draw(int argc, char **argv);
static int automatic(int argc, char **argv);

struct command {
    const char *word;
    int arguments; /* at least */
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"list", 1, list},   {"show", 3, show}, {"check", 2, check},
    {"apply", 3, apply}, {"draw", 3, draw}, {"auto", 2, automatic},
};

static void read_source(struct tokens *tokens, const char *root, const char *file);
static size_t find_site(const struct mutant *mutant, const struct tokens *tokens,
                        struct tokens *piece);

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]) && argc > 1; i++) {
        if (strcmp(argv[1], commands[i].word) == 0 && argc - 2 >= commands[i].arguments) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    fputs("mutate: list, show, check, apply, draw or auto; see tests/mutants/README.md\n", stderr);
    return 2;
}

static int list(int argc, char **argv)
{
    struct catalogue catalogue;

    (void)argc;
    catalogue_read(&catalogue, argv[0]);
    for (size_t i = 0; i < catalogue.count; i++) {
        const struct mutant *mutant = &catalogue.list[i];

        printf("%s\t%s\t%s\n", mutant->id, mutant->file[0] == '\0' ? "-" : mutant->file,
               mutant->title);
    }
    catalogue_free(&catalogue);
    return 0;
}

static int show(int argc, char **argv)
{
    struct catalogue catalogue;
    const struct mutant *mutant;
    int status = 0;

    (void)argc;
    catalogue_read(&catalogue, argv[0]);
    mutant = catalogue_find(&catalogue, argv[1]);
    if (strcmp(argv[2], "title") == 0) {
        puts(mutant->title);
    } else if (strcmp(argv[2], "from") == 0) {
        puts(mutant->from);
    } else if (strcmp(argv[2], "kills") == 0) {
        puts(mutant->kills);
    } else if (strcmp(argv[2], "never") == 0) {
        puts(mutant->never);
    } else if (strcmp(argv[2], "file") == 0) {
        puts(mutant->file);
    } else {
        status = 2;
    }
    catalogue_free(&catalogue);
    return status;
}

static int check(int argc, char **argv)
{
    struct catalogue catalogue;
    int status = 0;

    (void)argc;
    catalogue_read(&catalogue, argv[0]);
    for (size_t i = 0; i < catalogue.count; i++) {
        const struct mutant *mutant = &catalogue.list[i];
        const char *function = mutant->function[0] == '\0' ? NULL : mutant->function;
        struct tokens tokens;
        struct tokens piece;
        size_t site;

        if (mutant->never[0] != '\0') {
            continue;
        }
        read_source(&tokens, argv[1], mutant->file);
        site = find_site(mutant, &tokens, &piece);
        if (site == tokens.count) {
            printf("%s: %s has no such code: %s\n", mutant->id, mutant->file, mutant->before);
            status = 1;
        } else if (tokens_find(&tokens, &piece, function, site + 1) < tokens.count) {
            printf("%s: %s has this code twice: %s\n", mutant->id, mutant->file, mutant->before);
            status = 1;
        }
        tokens_free(&piece);
        tokens_free(&tokens);
    }
    catalogue_free(&catalogue);
    return status;
}

static int apply(int argc, char **argv)
{
    struct catalogue catalogue;
    const struct mutant *mutant;
    const struct token *last;
    struct tokens tokens;
    struct tokens piece;
    size_t site;

    (void)argc;
    catalogue_read(&catalogue, argv[0]);
    mutant = catalogue_find(&catalogue, argv[1]);
    read_source(&tokens, argv[2], mutant->file);
    site = find_site(mutant, &tokens, &piece);
    if (site == tokens.count) {
        fprintf(stderr, "mutate: %s does not fit %s\n", mutant->id, mutant->file);
        return 1;
    }
    last = &tokens.list[site + piece.count - 1];
    fwrite(tokens.source, 1, (size_t)(tokens.list[site].start - tokens.source), stdout);
    fputs(mutant->after, stdout);
    fputs(last->start + last->bytes, stdout);
    tokens_free(&piece);
    tokens_free(&tokens);
    catalogue_free(&catalogue);
    return 0;
}

/* Each mutant of all files is as likely as any other; none comes twice. */
static int draw(int argc, char **argv)
{
    struct raft_random random;
    size_t left = strtoul(argv[1], NULL, 10);
    size_t total = 0;
    size_t *counts = calloc((size_t)argc, sizeof(*counts));

    if (counts == NULL) {
        return 1;
    }
    raft_random_seed(&random, strtoull(argv[0], NULL, 10));
    for (int i = 2; i < argc; i++) {
        struct tokens tokens;

        read_source(&tokens, ".", argv[i]);
        counts[i] = automatic_count(&tokens);
        total += counts[i];
        tokens_free(&tokens);
    }
    fprintf(stderr, "mutate: %zu automatic mutants in %d files\n", total, argc - 2);
    for (int i = 2; i < argc; i++) {
        for (size_t n = 0; n < counts[i]; n++, total--) {
            if (raft_random_below(&random, total) < left) {
                printf("%s %zu\n", argv[i], n);
                left--;
            }
        }
    }
    free(counts);
    return 0;
}

static int automatic(int argc, char **argv)
{
    struct tokens tokens;

    (void)argc;
    read_source(&tokens, ".", argv[0]);
    automatic_write(&tokens, strtoul(argv[1], NULL, 10), stdout, stderr);
    tokens_free(&tokens);
    return 0;
}

static void read_source(struct tokens *tokens, const char *root, const char *file)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", *file == '/' ? "" : root, file);
    tokens_make(tokens, read_whole(path));
}

static size_t find_site(const struct mutant *mutant, const struct tokens *tokens,
                        struct tokens *piece)
{
    char *before = strdup(mutant->before);

    if (before == NULL) {
        abort();
    }
    tokens_make(piece, before);
    return tokens_find(tokens, piece, mutant->function[0] == '\0' ? NULL : mutant->function, 0);
}
