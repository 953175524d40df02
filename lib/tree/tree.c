/* SPDX-License-Identifier: MIT */
#include "tree/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/text.h"
#include "tree/build.h"

enum { SHOWN_BYTES = 48, WRITER_MS = 1000 };

static bool ends_in(const char *path, const char *end)
{
    size_t bytes = strlen(path);

    return bytes >= strlen(end) && strcmp(path + bytes - strlen(end), end) == 0;
}

/* The byte order mark that some editors put before UTF-8. */
static size_t count_mark(const char *text, size_t bytes)
{
    return bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool is_utf16(const char *text, size_t bytes)
{
    return bytes >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
                          (text[0] == 0) != (text[1] == 0));
}

static bool is_json(const char *path, const char *text, size_t bytes)
{
    size_t at = count_mark(text, bytes);

    if (ends_in(path, ".json") || ends_in(path, ".yaml") || ends_in(path, ".yml")) {
        return ends_in(path, ".json");
    }
    while (at < bytes && strchr(" \t\r\n", text[at]) != NULL && text[at] != 0) {
        at++;
    }
    return at < bytes && text[at] == '{';
}

/* Reads on, at most to one byte more than a file may have. */
static enum raft_error read_bytes(int fd, char *text, size_t *bytes)
{
    while (*bytes <= RAFT_TREE_BYTES_MAX) {
        ssize_t got = read(fd, text + *bytes, RAFT_TREE_BYTES_MAX + 1 - *bytes);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0 ? RAFT_OK : raft_error_of_errno(errno);
        }
        *bytes += (size_t)got;
    }
    return RAFT_TOO_LARGE;
}

/* A named pipe to which nobody writes would hold us for ever; a writer may take all the time that
 * it needs. The descriptor does not block. */
static bool has_writer(int fd, char *text, size_t *bytes)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    ssize_t got = 1;

    if (poll(&wait, 1, WRITER_MS) == 0) {
        got = read(fd, text, RAFT_TREE_BYTES_MAX + 1); /* Negative: there is one, who thinks. */
        *bytes = got > 0 ? (size_t)got : 0;
    }
    return got != 0;
}

/* What was opened by its name does not block yet; the standard input is as its owner wants it. */
static enum raft_error read_file(int fd, bool is_input, char *text, size_t *bytes,
                                 struct raft_tree_builder *why)
{
    struct stat about;
    enum raft_error error = fstat(fd, &about) == 0 ? RAFT_OK : raft_error_of_errno(errno);

    if (error == RAFT_OK && S_ISDIR(about.st_mode)) {
        raft_tree_complain(why, 0, "it is a directory; name a file in it");
        return RAFT_INVALID;
    }
    if (error == RAFT_OK && !is_input && S_ISFIFO(about.st_mode) && !has_writer(fd, text, bytes)) {
        raft_tree_complain(why, 0, "it is a pipe to which nobody writes");
        return RAFT_INVALID;
    }
    if (error == RAFT_OK && !is_input && fcntl(fd, F_SETFL, O_RDONLY) != 0) {
        error = raft_error_of_errno(errno);
    }
    error = error == RAFT_OK ? read_bytes(fd, text, bytes) : error;
    if (error == RAFT_TOO_LARGE) {
        raft_tree_complain(why, 0, "it is larger than %d KiB; that is no cluster's description",
                           RAFT_TREE_BYTES_MAX / 1024);
    } else if (error != RAFT_OK) {
        raft_tree_complain(why, 0, "cannot read it: %s", strerror(errno));
    } else if (*bytes == 0) {
        raft_tree_complain(why, 0, "it is empty");
        error = RAFT_MALFORMED;
    }
    return error;
}

enum raft_error raft_tree_read(const char *path, struct raft_tree **tree, char *message,
                               size_t message_bytes)
{
    bool is_input = strcmp(path, "-") == 0;
    const char *name = is_input ? "standard input" : path;
    struct raft_tree_builder why = {.complaint = ""};
    int fd =
        is_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char *text = malloc(RAFT_TREE_BYTES_MAX + 1);
    enum raft_error error;
    size_t bytes = 0;

    ASSERT(text != NULL);
    *tree = NULL;
    if (fd < 0) {
        error = raft_error_of_errno(errno);
        raft_tree_complain(&why, 0, "cannot read it: %s", strerror(errno));
    } else {
        error = read_file(fd, is_input, text, &bytes, &why);
        close(fd);
    }
    if (error != RAFT_OK) {
        snprintf(message, message_bytes, "%s: %s", name, why.complaint);
    } else {
        error = raft_tree_parse(
            &(struct raft_tree_text){
                .name = name, .text = text, .bytes = bytes, .is_json = is_json(path, text, bytes)},
            tree, message, message_bytes);
    }
    free(text);
    return error;
}

enum raft_error raft_tree_parse(const struct raft_tree_text *text, struct raft_tree **tree,
                                char *message, size_t message_bytes)
{
    struct raft_tree_builder builder = {.complaint = ""};
    size_t mark = count_mark(text->text, text->bytes);
    bool fine = !is_utf16(text->text, text->bytes);

    if (!fine) {
        raft_tree_complain(&builder, 1, "it is written in UTF-16; save it as UTF-8");
    } else if (text->is_json) {
        fine = raft_tree_from_json(&builder, text->text + mark, text->bytes - mark);
    } else {
        fine = raft_tree_from_yaml(&builder, text->text + mark, text->bytes - mark);
    }
    if (fine && builder.root == NULL) {
        raft_tree_complain(&builder, 0, "there is nothing in it");
        fine = false;
    }
    *tree = builder.root;
    if (!fine) {
        char line[16] = "";

        if (builder.line != 0) {
            snprintf(line, sizeof line, ":%u", builder.line);
        }
        snprintf(message, message_bytes, "%s%s: %s", text->name, line, builder.complaint);
        raft_tree_free(tree);
        return RAFT_MALFORMED;
    }
    return RAFT_OK;
}

void raft_tree_free(struct raft_tree **tree)
{
    struct raft_tree *at = *tree;

    while (at != NULL) { /* Down to a leaf, away with it, on from there: no recursion. */
        struct raft_tree *child = at->first;

        if (child != NULL) {
            at->first = child->next;
            child->next = at; /* The way back up. */
            at = child;
        } else {
            struct raft_tree *above = at == *tree ? NULL : at->next;

            free((char *)at->key);
            free((char *)at->text);
            free(at);
            at = above;
        }
    }
    *tree = NULL;
}

const struct raft_tree *raft_tree_find(const struct raft_tree *map, const char *key)
{
    const struct raft_tree *at = map != NULL && map->kind == RAFT_TREE_MAP ? map->first : NULL;

    while (at != NULL && strcmp(at->key, key) != 0) {
        at = at->next;
    }
    return at;
}

void raft_tree_path(const struct raft_tree *value, char *text, size_t bytes)
{
    const struct raft_tree *chain[RAFT_TREE_DEPTH_MAX + 1];
    uint32_t depth = 0;
    size_t used = 0;

    text[0] = 0;
    for (const struct raft_tree *at = value; at->parent != NULL; at = at->parent) {
        ASSERT(depth <= RAFT_TREE_DEPTH_MAX);
        chain[depth++] = at;
    }
    while (depth > 0 && used < bytes) {
        const struct raft_tree *at = chain[--depth];
        char key[SHOWN_BYTES];
        int more;

        if (at->key == NULL) {
            more = snprintf(text + used, bytes - used, "[%u]", at->position);
        } else {
            raft_text_escape((struct raft_span){at->key, strlen(at->key)}, key, sizeof key);
            more = snprintf(text + used, bytes - used, "%s%s", used > 0 ? "." : "", key);
        }
        used += more > 0 ? (size_t)more : 0;
    }
}

void raft_tree_show(const struct raft_tree *value, char *text, size_t bytes)
{
    char shown[SHOWN_BYTES];

    raft_text_escape((struct raft_span){value->text, value->bytes}, shown, sizeof shown);
    switch (value->kind) {
    case RAFT_TREE_NULL:
        snprintf(text, bytes, "null");
        return;
    case RAFT_TREE_BOOL:
    case RAFT_TREE_INTEGER:
    case RAFT_TREE_NUMBER:
        snprintf(text, bytes, "%s", shown);
        return;
    case RAFT_TREE_TEXT:
        snprintf(text, bytes, "\"%s\"", shown);
        return;
    case RAFT_TREE_LIST:
        snprintf(text, bytes, "a list");
        return;
    case RAFT_TREE_MAP:
        snprintf(text, bytes, "a map");
        return;
    }
}
