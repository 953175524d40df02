/* SPDX-License-Identifier: MIT
 *
 * JSON: jansson (lib/json) says whether the text is valid and what its strings mean, but not where
 * a value stands. So the tree is walked in the order of the text, and beside it goes a finger over
 * the text that counts the lines. It may be simple: the text is known to be valid.
 */
#include <stdlib.h>
#include <string.h>

#include "tree/build.h"
#include "json/json.h"

struct finger {
    const char *text;
    size_t bytes;
    size_t at;
    uint32_t line;
};

/* To the beginning of the next key or value: over blanks, commas, colons and closing brackets. */
static void seek_value(struct finger *finger)
{
    while (finger->at < finger->bytes && finger->text[finger->at] != 0 &&
           strchr(" \t\r\n,:]}", finger->text[finger->at]) != NULL) {
        finger->line += finger->text[finger->at] == '\n' ? 1 : 0;
        finger->at++;
    }
}

/* Over a string, a number or a word; a list or map is entered. */
static void pass_value(struct finger *finger)
{
    const char *text = finger->text;

    if (finger->at < finger->bytes && text[finger->at] == '"') {
        finger->at++;
        while (finger->at < finger->bytes && text[finger->at] != '"') {
            finger->at += text[finger->at] == '\\' ? 2 : 1;
        }
        finger->at++;
        return;
    }
    if (finger->at < finger->bytes && (text[finger->at] == '{' || text[finger->at] == '[')) {
        finger->at++;
        return;
    }
    while (finger->at < finger->bytes && strchr(" \t\r\n,:]}", text[finger->at]) == NULL) {
        finger->at++;
    }
}

static enum raft_tree_kind name_kind(const struct raft_json *json)
{
    switch (raft_json_kind(json)) {
    case RAFT_JSON_OBJECT:
        return RAFT_TREE_MAP;
    case RAFT_JSON_ARRAY:
        return RAFT_TREE_LIST;
    case RAFT_JSON_STRING:
        return RAFT_TREE_TEXT;
    case RAFT_JSON_INTEGER:
        return RAFT_TREE_INTEGER;
    case RAFT_JSON_NUMBER:
        return RAFT_TREE_NUMBER;
    case RAFT_JSON_BOOL:
        return RAFT_TREE_BOOL;
    case RAFT_JSON_NONE:
    case RAFT_JSON_NULL:
        break;
    }
    return RAFT_TREE_NULL;
}

/* One open list or map: how many of its children were taken. */
struct level {
    const struct raft_json *json;
    size_t taken;
};

/* The next child of a list or map, and its key and string if it has one; NULL at its end. */
static const struct raft_json *take_child(struct level *level, const char **key, const char **text)
{
    bool is_map = raft_json_kind(level->json) == RAFT_JSON_OBJECT;
    size_t i = level->taken++;

    *key = is_map ? raft_json_key(level->json, i) : NULL;
    if (is_map) {
        *text = *key != NULL ? raft_json_string(level->json, *key, NULL) : NULL;
        return *key != NULL ? raft_json_get(level->json, *key) : NULL;
    }
    *text = raft_json_string_at(level->json, i);
    return raft_json_at(level->json, i);
}

/* Adds a value that the finger is at; text is that of a string. */
static bool add_value(struct raft_tree_builder *builder, struct finger *finger,
                      const struct raft_json *json, struct raft_tree_scalar *scalar)
{
    size_t start = finger->at;

    scalar->kind = name_kind(json);
    scalar->line = finger->line;
    pass_value(finger);
    if (scalar->text != NULL) {
        scalar->bytes = strlen(scalar->text);
    } else if (scalar->kind != RAFT_TREE_LIST && scalar->kind != RAFT_TREE_MAP) {
        scalar->text = finger->text + start;
        scalar->bytes = finger->at - start;
    }
    return raft_tree_add(builder, scalar);
}

/* The tree below a list or map at the root, in the order of the text. */
static void walk(struct raft_tree_builder *builder, struct finger *finger,
                 const struct raft_json *root)
{
    struct level levels[RAFT_TREE_DEPTH_MAX + 1] = {{.json = root}};
    struct raft_tree_scalar outermost = {.key = NULL};
    uint32_t depth = 1;

    seek_value(finger);
    if (!add_value(builder, finger, root, &outermost)) {
        return;
    }
    while (depth > 0) {
        struct raft_tree_scalar scalar = {.key = NULL};
        const struct raft_json *child = take_child(&levels[depth - 1], &scalar.key, &scalar.text);

        if (child == NULL) {
            raft_tree_close(builder);
            depth--;
            continue;
        }
        seek_value(finger);
        if (scalar.key != NULL) {
            pass_value(finger);
            seek_value(finger);
        }
        if (!add_value(builder, finger, child, &scalar)) {
            return;
        }
        if (scalar.kind == RAFT_TREE_LIST || scalar.kind == RAFT_TREE_MAP) {
            levels[depth++] = (struct level){.json = child};
        }
    }
}

/* What the parser says begins with "line L, column C: ". */
static void complain_of_syntax(struct raft_tree_builder *builder, const char *why)
{
    static const char nul[] = "\\u0000 is not allowed";
    bool has_line = strncmp(why, "line ", 5) == 0;
    unsigned long line = has_line ? strtoul(why + 5, NULL, 10) : 0;
    const char *colon = has_line ? strstr(why, ": ") : NULL;

    why = colon != NULL ? colon + 2 : why;
    /* jansson goes on with a flag of its own. */
    raft_tree_complain(builder, (uint32_t)line, "%s",
                       strncmp(why, nul, sizeof nul - 1) == 0 ? "a text with a NUL byte in it"
                                                              : why);
}

bool raft_tree_from_json(struct raft_tree_builder *builder, const char *text, size_t bytes)
{
    struct finger finger = {.text = text, .bytes = bytes, .line = 1};
    struct raft_json *json = NULL;
    char why[160];

    if (raft_json_parse(text, bytes, &json, why, sizeof why) != RAFT_OK) {
        complain_of_syntax(builder, why);
        return false;
    }
    if (raft_json_kind(json) == RAFT_JSON_OBJECT || raft_json_kind(json) == RAFT_JSON_ARRAY) {
        walk(builder, &finger, json);
    } else {
        raft_tree_complain(builder, 1, "a cluster's description begins with a brace {");
    }
    raft_json_free(&json);
    return builder->complaint[0] == 0;
}
