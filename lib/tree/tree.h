/* SPDX-License-Identifier: MIT
 *
 * A file that a person wrote, as a plain tree in which every value knows its line.
 *
 * YAML and JSON become the same tree, so that one checker serves both and can say of every value
 * where it stands, what it is and how it was written. Nothing is converted here: "85x" and 1.5 stay
 * what they are, and whoever wants a port says so. Scalars are of the kinds of YAML 1.2's core
 * schema: only a plain word can be a null, a truth value or a number; what is quoted is text.
 *
 * YAML is read through libyaml's events. libcyaml, which is made of the same library, maps a file
 * to structs by a schema and drops what we need on the way: a value of two shapes (nodes: 3, or a
 * list) has no place in its schema, a loaded value no longer knows its line, and 85x loads as 85.
 *
 * A file is hostile input: sizes, depth and counts are bounded, a field that stands twice is
 * refused, and so are YAML's aliases (an alias of aliases is a small file and a large tree), tags
 * and further documents.
 *
 * A tree is owned by its root and read-only. Values of a map keep their order.
 */
#ifndef RAFT_TREE_TREE_H
#define RAFT_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    RAFT_TREE_BYTES_MAX = 256 * 1024, /* of a file */
    RAFT_TREE_DEPTH_MAX = 32,
    RAFT_TREE_FIELDS_MAX = 256, /* of one map */
};

enum raft_tree_kind {
    RAFT_TREE_NULL,
    RAFT_TREE_BOOL,
    RAFT_TREE_INTEGER, /* decimal digits, maybe with a sign, of any length */
    RAFT_TREE_NUMBER,  /* any other number */
    RAFT_TREE_TEXT,
    RAFT_TREE_LIST,
    RAFT_TREE_MAP
};

struct raft_tree {
    enum raft_tree_kind kind;
    uint32_t line;     /* from 1 */
    uint32_t position; /* among its siblings, from 0 */
    uint32_t count;    /* of children */
    const char *key;   /* in a map; NULL in a list and at the root */
    const char *text;  /* of a scalar: as written, without quotes; "" for a list or map */
    size_t bytes;      /* of the text, which holds no NUL */
    const struct raft_tree *parent; /* NULL at the root */
    struct raft_tree *first;        /* child */
    struct raft_tree *next;         /* sibling */
};

/* Reads a file: JSON if its name ends in .json, YAML if in .yaml or .yml, else JSON if it begins
 * with a brace. "-" is the standard input; of a pipe a writer is wanted within a second. message is
 * "FILE: why" or "FILE:LINE: why". RAFT_NOT_FOUND and RAFT_PERMISSION mean the file, RAFT_TOO_LARGE
 * its size, RAFT_MALFORMED its text. */
enum raft_error raft_tree_read(const char *path, struct raft_tree **tree, char *message,
                               size_t message_bytes) RAFT_MUST_USE;

/* The same for text in memory; name stands for the file in messages. */
struct raft_tree_text {
    const char *name;
    const char *text;
    size_t bytes;
    bool is_json;
};
enum raft_error raft_tree_parse(const struct raft_tree_text *text, struct raft_tree **tree,
                                char *message, size_t message_bytes) RAFT_MUST_USE;

void raft_tree_free(struct raft_tree **tree); /* NULL is fine */

/* A field of a map; NULL if there is none, or this is no map. */
const struct raft_tree *raft_tree_find(const struct raft_tree *map, const char *key);

/* Where a value stands: "nodes[2].port"; the root is "". */
void raft_tree_path(const struct raft_tree *value, char *text, size_t bytes);

/* What stands there, for a message: "85x" in quotes, 70000, null, a list, a map; long text is cut.
 */
void raft_tree_show(const struct raft_tree *value, char *text, size_t bytes);

#endif
