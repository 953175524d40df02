/* SPDX-License-Identifier: MIT */
#include "tree/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

void raft_tree_complain(struct raft_tree_builder *builder, uint32_t line, const char *format, ...)
{
    va_list list;

    if (builder->complaint[0] != 0) {
        return;
    }
    va_start(list, format);
    vsnprintf(builder->complaint, sizeof builder->complaint, format, list);
    va_end(list);
    builder->line = line;
}

static char *copy_text(const char *text, size_t bytes)
{
    char *copy = malloc(bytes + 1);

    ASSERT(copy != NULL);
    memcpy(copy, text, bytes);
    copy[bytes] = 0;
    return copy;
}

/* Bounds, and what no format may say. */
static void check_scalar(struct raft_tree_builder *builder, const struct raft_tree_scalar *scalar)
{
    const struct raft_tree *former =
        scalar->key != NULL ? raft_tree_find(builder->open, scalar->key) : NULL;
    bool is_open = scalar->kind == RAFT_TREE_LIST || scalar->kind == RAFT_TREE_MAP;
    char key[64] = "";

    if (former != NULL) {
        raft_text_escape((struct raft_span){scalar->key, strlen(scalar->key)}, key, sizeof key);
        raft_tree_complain(builder, scalar->line, "%s stands here twice, first in line %u", key,
                           former->line);
    } else if (scalar->text != NULL && memchr(scalar->text, 0, scalar->bytes) != NULL) {
        raft_tree_complain(builder, scalar->line, "a text with a NUL byte in it");
    } else if (scalar->key != NULL && builder->open->count == RAFT_TREE_FIELDS_MAX) {
        raft_tree_complain(builder, scalar->line, "more than %d fields in one map",
                           RAFT_TREE_FIELDS_MAX);
    } else if (is_open && builder->depth == RAFT_TREE_DEPTH_MAX) {
        raft_tree_complain(builder, scalar->line, "nested deeper than %d levels",
                           RAFT_TREE_DEPTH_MAX);
    }
}

bool raft_tree_add(struct raft_tree_builder *builder, const struct raft_tree_scalar *scalar)
{
    struct raft_tree *value;
    struct raft_tree **last = builder->depth > 0 ? &builder->last[builder->depth - 1] : NULL;

    check_scalar(builder, scalar);
    if (builder->complaint[0] != 0) {
        return false;
    }
    value = calloc(1, sizeof *value);
    ASSERT(value != NULL);
    value->kind = scalar->kind;
    value->line = scalar->line;
    value->parent = builder->open;
    value->key = scalar->key != NULL ? copy_text(scalar->key, strlen(scalar->key)) : NULL;
    value->text = copy_text(scalar->text != NULL ? scalar->text : "", scalar->bytes);
    value->bytes = scalar->bytes;
    if (last == NULL) {
        ASSERT(builder->root == NULL);
        builder->root = value;
    } else {
        *(*last != NULL ? &(*last)->next : &builder->open->first) = value;
        *last = value;
        value->position = builder->open->count++;
    }
    if (scalar->kind == RAFT_TREE_LIST || scalar->kind == RAFT_TREE_MAP) {
        builder->last[builder->depth++] = NULL;
        builder->open = value;
    }
    return true;
}

void raft_tree_close(struct raft_tree_builder *builder)
{
    ASSERT(builder->depth > 0);
    builder->depth--;
    builder->open = (struct raft_tree *)builder->open->parent;
}
