/* SPDX-License-Identifier: MIT
 *
 * JSON values: built, parsed, read and written. The only user of jansson.
 *
 * A value is a tree owned by its root; adding a value to an array or object gives it away. Numbers
 * are 64-bit integers (indexes and seq stay exact up to 2^63 - 1) or doubles. Parsing is bounded in
 * size and depth, refuses duplicate keys and says line and column.
 */
#ifndef RAFT_JSON_JSON_H
#define RAFT_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct raft_json;

struct raft_json *raft_json_object(void);
struct raft_json *raft_json_array(void);

/* Set a key of an object (replacing) or, with key NULL, append to an array. Out of memory aborts.
 */
void raft_json_add(struct raft_json *to, const char *key, struct raft_json *value);
void raft_json_add_string(
    struct raft_json *to, const char *key,
    const char *text); /* NULL = null; bytes that are not UTF-8 become U+FFFD */
/* The same for bytes that may hold anything, 0 too. */
void raft_json_add_bytes(struct raft_json *to, const char *key, const void *bytes, size_t count);
void raft_json_add_integer(struct raft_json *to, const char *key, int64_t value);
void raft_json_add_number(struct raft_json *to, const char *key, double value);
void raft_json_add_bool(struct raft_json *to, const char *key, bool value);
void raft_json_add_null(struct raft_json *to, const char *key);

/* NULL when the key is missing or of another type (for the typed ones the fallback). */
struct raft_json *raft_json_get(const struct raft_json *object, const char *key);
/* The same, taken out of the object: the caller's to add elsewhere or to free. */
struct raft_json *raft_json_take(struct raft_json *object, const char *key);
const char *raft_json_string(const struct raft_json *object, const char *key, const char *fallback);
int64_t raft_json_integer(const struct raft_json *object, const char *key, int64_t fallback);
bool raft_json_bool(const struct raft_json *object, const char *key, bool fallback);
const char *raft_json_key(const struct raft_json *object, size_t i); /* NULL past the end */
size_t raft_json_count(const struct raft_json *array);
struct raft_json *raft_json_at(const struct raft_json *array, size_t i);
const char *raft_json_string_at(const struct raft_json *array, size_t i); /* NULL if no string */
int64_t raft_json_integer_at(const struct raft_json *array, size_t i, int64_t fallback);

/* What a value is; NULL is RAFT_JSON_NONE. */
enum raft_json_kind {
    RAFT_JSON_NONE,
    RAFT_JSON_OBJECT,
    RAFT_JSON_ARRAY,
    RAFT_JSON_STRING,
    RAFT_JSON_INTEGER,
    RAFT_JSON_NUMBER, /* not an integer */
    RAFT_JSON_BOOL,
    RAFT_JSON_NULL
};
enum raft_json_kind raft_json_kind(const struct raft_json *value);

/* Parses one document; at most 1 MiB. */
enum raft_error raft_json_parse(const char *text, size_t bytes, struct raft_json **json,
                                char *message, size_t message_bytes) RAFT_MUST_USE;

/* One line without a newline, keys in order of insertion; freed by the caller. */
char *raft_json_text(const struct raft_json *json);

/* Bytes as a JSON string, quotes included; those that are not UTF-8 become U+FFFD. Freed by the
 * caller. */
char *raft_json_quote(const void *bytes, size_t count);

/* Prints it and a newline; indented by 2 when pretty. */
void raft_json_print(const struct raft_json *json, FILE *file, bool pretty);

void raft_json_free(struct raft_json **json); /* NULL is fine */

#endif
