/* SPDX-License-Identifier: MIT
 *
 * How the readers of both formats make a tree: open a list or map, put scalars in it, close it.
 *
 * The builder keeps the bounds and finds what no format may say: a field twice, a text with a NUL
 * byte, too deep, too many. The first complaint stays; after it nothing is added any more, and the
 * reader ends when it asks for it.
 */
#ifndef RAFT_TREE_BUILD_H
#define RAFT_TREE_BUILD_H

#include "tree/tree.h"

struct raft_tree_builder {
    struct raft_tree *root;
    struct raft_tree *open;                      /* the innermost list or map that is not closed */
    struct raft_tree *last[RAFT_TREE_DEPTH_MAX]; /* the newest child of each open one */
    uint32_t depth;
    uint32_t line;       /* of the complaint */
    char complaint[160]; /* "" = none */
};

/* A value in the open map under key, or in the open list (key NULL), or the root. A scalar's text
 * is copied; a list or map becomes the open one. False: there is a complaint. */
struct raft_tree_scalar {
    const char *key;
    enum raft_tree_kind kind;
    const char *text; /* NULL for a list or map */
    size_t bytes;
    uint32_t line;
};
bool raft_tree_add(struct raft_tree_builder *builder, const struct raft_tree_scalar *scalar);
void raft_tree_close(struct raft_tree_builder *builder);

void raft_tree_complain(struct raft_tree_builder *builder, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The two readers: false if there is a complaint. */
bool raft_tree_from_yaml(struct raft_tree_builder *builder, const char *text, size_t bytes);
bool raft_tree_from_json(struct raft_tree_builder *builder, const char *text, size_t bytes);

#endif
