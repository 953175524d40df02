/* SPDX-License-Identifier: MIT
 *
 * Reads the catalogue.
 */
#include "catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct field {
    const char *word;
    size_t offset;
    size_t bytes;
};

#define FIELD(name)                                                                                \
    {                                                                                              \
#name, offsetof(struct mutant, name), sizeof(((struct mutant *)0)->name)                   \
    }

static const struct field fields[] = {FIELD(from), FIELD(kills), FIELD(never), FIELD(file)};

static void read_line(struct catalogue *catalogue, char *line, const char *where);
static void begin_mutant(struct catalogue *catalogue, char *line, const char *where);
static void read_field(struct mutant *mutant, char *line, const char *where);
static void add_text(char *text, size_t bytes, const char *more, const char *where);
static void split_function(struct mutant *mutant);
static void refuse(const char *where, const char *why);

void catalogue_read(struct catalogue *catalogue, const char *path)
{
    char *text = read_whole(path);
    char *line = text;
    char where[256];
    unsigned number = 0;

    *catalogue = (struct catalogue){.list = NULL};
    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');

        if (end != NULL) {
            *end++ = '\0';
        }
        snprintf(where, sizeof(where), "%s:%u", path, ++number);
        if (*line != '\0' && *line != '#') {
            read_line(catalogue, line, where);
        }
        line = end;
    }
    for (size_t i = 0; i < catalogue->count; i++) {
        split_function(&catalogue->list[i]);
    }
    free(text);
}

void catalogue_free(struct catalogue *catalogue)
{
    free(catalogue->list);
    *catalogue = (struct catalogue){.list = NULL};
}

const struct mutant *catalogue_find(const struct catalogue *catalogue, const char *id)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (strcmp(catalogue->list[i].id, id) == 0) {
            return &catalogue->list[i];
        }
    }
    fprintf(stderr, "mutate: no mutant %s in the catalogue\n", id);
    exit(1);
}

char *read_whole(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t bytes = 0;
    size_t more = 1;

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    while (more > 0) {
        text = realloc(text, bytes + 65536 + 1);
        if (text == NULL) {
            abort();
        }
        more = fread(text + bytes, 1, 65536, file);
        bytes += more;
    }
    fclose(file);
    text[bytes] = '\0';
    return text;
}

static void read_line(struct catalogue *catalogue, char *line, const char *where)
{
    if (*line != ' ') {
        begin_mutant(catalogue, line, where);
        return;
    }
    if (catalogue->count == 0) {
        refuse(where, "a mutant begins with its id at the margin");
    }
    read_field(&catalogue->list[catalogue->count - 1], line + strspn(line, " "), where);
}

static void begin_mutant(struct catalogue *catalogue, char *line, const char *where)
{
    struct mutant *mutant;
    size_t id = strcspn(line, " ");

    catalogue->list = realloc(catalogue->list, (catalogue->count + 1) * sizeof(*catalogue->list));
    if (catalogue->list == NULL) {
        abort();
    }
    mutant = &catalogue->list[catalogue->count++];
    memset(mutant, 0, sizeof(*mutant));
    if (id >= sizeof(mutant->id) || line[id] == '\0') {
        refuse(where, "an id and a title are expected");
    }
    memcpy(mutant->id, line, id);
    add_text(mutant->title, sizeof(mutant->title), line + id + 1, where);
}

static void read_field(struct mutant *mutant, char *line, const char *where)
{
    size_t word = strcspn(line, " ");
    const char *text = line + word + strspn(line + word, " ");

    if (word == 1 && *line == '-') {
        add_text(mutant->before, sizeof(mutant->before), text, where);
        return;
    }
    if (word == 1 && *line == '+') {
        add_text(mutant->after, sizeof(mutant->after), text, where);
        return;
    }
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strlen(fields[i].word) == word && strncmp(fields[i].word, line, word) == 0) {
            add_text((char *)mutant + fields[i].offset, fields[i].bytes, text, where);
            return;
        }
    }
    refuse(where, "from, kills, never, file, - or + is expected");
}

/* Lines of one field are joined by a blank. */
static void add_text(char *text, size_t bytes, const char *more, const char *where)
{
    size_t used = strlen(text);
    int wanted = snprintf(text + used, bytes - used, "%s%s", used == 0 ? "" : " ", more);

    if (wanted < 0 || (size_t)wanted >= bytes - used) {
        refuse(where, "the text is too long");
    }
}

/* "FILE in FUNCTION" */
static void split_function(struct mutant *mutant)
{
    char *in = strstr(mutant->file, " in ");

    if (in != NULL) {
        snprintf(mutant->function, sizeof(mutant->function), "%s", in + 4);
        *in = '\0';
    }
    if ((mutant->never[0] == '\0') == (mutant->before[0] == '\0') ||
        (mutant->before[0] == '\0') != (mutant->file[0] == '\0')) {
        refuse(mutant->id, "either file and an edit, or never");
    }
}

static void refuse(const char *where, const char *why)
{
    fprintf(stderr, "mutate: %s: %s\n", where, why);
    exit(1);
}
