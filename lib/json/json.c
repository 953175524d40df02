/* SPDX-License-Identifier: MIT */
#include "json/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { JSON_BYTES_MAX = 1024 * 1024 };

/* struct raft_json is never defined: a pointer to it is a jansson value in disguise. */
static json_t *unwrap(const struct raft_json *json)
{
    return (json_t *)(uintptr_t)json;
}

static struct raft_json *wrap(json_t *json)
{
    return (struct raft_json *)json;
}

static json_t *must(json_t *json)
{
    ASSERT(json != NULL);
    return json;
}

struct raft_json *raft_json_object(void)
{
    return wrap(must(json_object()));
}

struct raft_json *raft_json_array(void)
{
    return wrap(must(json_array()));
}

void raft_json_add(struct raft_json *to, const char *key, struct raft_json *value)
{
    int failed;

    if (key == NULL) {
        failed = json_array_append_new(unwrap(to), unwrap(value));
    } else {
        failed = json_object_set_new(unwrap(to), key, unwrap(value));
    }
    ASSERT(failed == 0);
}

/* Bytes of the UTF-8 sequence at text, 0 if there is no valid one. */
static size_t measure_sequence(const unsigned char *text)
{
    size_t bytes = text[0] < 0x80   ? 1
                   : text[0] < 0xc2 ? 0
                   : text[0] < 0xe0 ? 2
                   : text[0] < 0xf0 ? 3
                   : text[0] < 0xf5 ? 4
                                    : 0;

    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f)) {
        return 0;
    }
    return bytes;
}

/* A copy in which every byte that is not UTF-8 became U+FFFD; the caller frees it. */
static char *clean_text(const char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    char *clean = malloc(strlen(text) * 3 + 1);
    size_t used = 0;

    ASSERT(clean != NULL);
    while (*from != 0) {
        size_t bytes = measure_sequence(from);

        memcpy(clean + used, bytes > 0 ? (const char *)from : "\xef\xbf\xbd",
               bytes > 0 ? bytes : 3);
        used += bytes > 0 ? bytes : 3;
        from += bytes > 0 ? bytes : 1;
    }
    clean[used] = 0;
    return clean;
}

void raft_json_add_string(struct raft_json *to, const char *key, const char *text)
{
    char *clean;

    if (text == NULL) {
        raft_json_add_null(to, key);
        return;
    }
    clean = clean_text(text);
    raft_json_add(to, key, wrap(must(json_string(clean))));
    free(clean);
}

void raft_json_add_integer(struct raft_json *to, const char *key, int64_t value)
{
    raft_json_add(to, key, wrap(must(json_integer(value))));
}

void raft_json_add_number(struct raft_json *to, const char *key, double value)
{
    raft_json_add(to, key, wrap(must(json_real(value))));
}

void raft_json_add_bool(struct raft_json *to, const char *key, bool value)
{
    raft_json_add(to, key, wrap(json_boolean(value)));
}

void raft_json_add_null(struct raft_json *to, const char *key)
{
    raft_json_add(to, key, wrap(json_null()));
}

struct raft_json *raft_json_get(const struct raft_json *object, const char *key)
{
    return wrap(json_object_get(unwrap(object), key));
}

static const char *text_of(const json_t *json, const char *fallback)
{
    return json_is_string(json) ? json_string_value(json) : fallback;
}

static int64_t integer_of(const json_t *json, int64_t fallback)
{
    return json_is_integer(json) ? json_integer_value(json) : fallback;
}

const char *raft_json_string(const struct raft_json *object, const char *key, const char *fallback)
{
    return text_of(json_object_get(unwrap(object), key), fallback);
}

int64_t raft_json_integer(const struct raft_json *object, const char *key, int64_t fallback)
{
    return integer_of(json_object_get(unwrap(object), key), fallback);
}

bool raft_json_bool(const struct raft_json *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(unwrap(object), key);

    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

size_t raft_json_count(const struct raft_json *array)
{
    return json_array_size(unwrap(array));
}

struct raft_json *raft_json_at(const struct raft_json *array, size_t i)
{
    return wrap(json_array_get(unwrap(array), i));
}

const char *raft_json_string_at(const struct raft_json *array, size_t i)
{
    return text_of(json_array_get(unwrap(array), i), NULL);
}

int64_t raft_json_integer_at(const struct raft_json *array, size_t i, int64_t fallback)
{
    return integer_of(json_array_get(unwrap(array), i), fallback);
}

enum raft_error raft_json_parse(const char *text, size_t bytes, struct raft_json **json,
                                char *message, size_t message_bytes)
{
    json_error_t error;

    *json = NULL;
    if (bytes > JSON_BYTES_MAX) {
        snprintf(message, message_bytes, "larger than %d bytes", JSON_BYTES_MAX);
        return RAFT_TOO_LARGE;
    }
    *json = wrap(json_loadb(text, bytes, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error));
    if (*json == NULL) {
        snprintf(message, message_bytes, "line %d, column %d: %s", error.line, error.column,
                 error.text);
        return RAFT_MALFORMED;
    }
    return RAFT_OK;
}

char *raft_json_text(const struct raft_json *json)
{
    char *text = json_dumps(unwrap(json), JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);

    ASSERT(text != NULL);
    return text;
}

void raft_json_print(const struct raft_json *json, FILE *file, bool pretty)
{
    size_t layout = pretty ? JSON_INDENT(2) : JSON_COMPACT;
    char *text = json_dumps(unwrap(json), layout | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);

    ASSERT(text != NULL);
    fputs(text, file);
    fputc('\n', file);
    free(text);
}

void raft_json_free(struct raft_json **json)
{
    if (json != NULL && *json != NULL) {
        json_decref(unwrap(*json));
        *json = NULL;
    }
}
