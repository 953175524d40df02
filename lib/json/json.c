/* SPDX-License-Identifier: MIT */
#include "json/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/assert.h"

enum { TEXT_BYTES_MAX = 1 << 20, DEPTH_MAX = 64, REAL_DIGITS = 15 };

static struct raft_json *wrap_value(json_t *value);
static json_t *unwrap_value(struct raft_json *value);
static const json_t *view_value(const struct raft_json *value);
static void add_value(struct raft_json *to, const char *key, json_t *value);
static json_t *make_string(const void *bytes, size_t count);
static char *mend_utf8(const char *text, size_t count, size_t *mended_bytes);
static bool is_too_deep(const char *text, size_t bytes);

struct raft_json *raft_json_object(void)
{
    return wrap_value(json_object());
}

struct raft_json *raft_json_array(void)
{
    return wrap_value(json_array());
}

void raft_json_add(struct raft_json *to, const char *key, struct raft_json *value)
{
    add_value(to, key, unwrap_value(value));
}

void raft_json_add_string(struct raft_json *to, const char *key, const char *text)
{
    add_value(to, key, text == NULL ? json_null() : make_string(text, strlen(text)));
}

void raft_json_add_bytes(struct raft_json *to, const char *key, const void *bytes, size_t count)
{
    add_value(to, key, make_string(bytes, count));
}

void raft_json_add_integer(struct raft_json *to, const char *key, int64_t value)
{
    add_value(to, key, json_integer(value));
}

void raft_json_add_number(struct raft_json *to, const char *key, double value)
{
    add_value(to, key, isfinite(value) ? json_real(value) : json_null());
}

void raft_json_add_bool(struct raft_json *to, const char *key, bool value)
{
    add_value(to, key, json_boolean(value));
}

void raft_json_add_null(struct raft_json *to, const char *key)
{
    add_value(to, key, json_null());
}

struct raft_json *raft_json_get(const struct raft_json *object, const char *key)
{
    json_t *value = json_object_get(view_value(object), key);
    return value == NULL ? NULL : wrap_value(value);
}

struct raft_json *raft_json_take(struct raft_json *object, const char *key)
{
    json_t *value = json_object_get(view_value(object), key);
    if (value == NULL) {
        return NULL;
    }
    json_incref(value);
    (void)json_object_del(unwrap_value(object), key); /* it is there */
    return wrap_value(value);
}

const char *raft_json_string(const struct raft_json *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(view_value(object), key));
    return text == NULL ? fallback : text;
}

int64_t raft_json_integer(const struct raft_json *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(view_value(object), key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool raft_json_bool(const struct raft_json *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(view_value(object), key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

const char *raft_json_key(const struct raft_json *object, size_t i)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)view_value(object), key, value)
    {
        if (i-- == 0) {
            return key;
        }
    }
    return NULL;
}

size_t raft_json_count(const struct raft_json *array)
{
    return json_array_size(view_value(array));
}

struct raft_json *raft_json_at(const struct raft_json *array, size_t i)
{
    json_t *value = json_array_get(view_value(array), i);
    return value == NULL ? NULL : wrap_value(value);
}

const char *raft_json_string_at(const struct raft_json *array, size_t i)
{
    return json_string_value(json_array_get(view_value(array), i));
}

int64_t raft_json_integer_at(const struct raft_json *array, size_t i, int64_t fallback)
{
    const json_t *value = json_array_get(view_value(array), i);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

enum raft_json_kind raft_json_kind(const struct raft_json *value)
{
    if (value == NULL) {
        return RAFT_JSON_NONE;
    }
    switch (json_typeof(view_value(value))) {
    case JSON_OBJECT:
        return RAFT_JSON_OBJECT;
    case JSON_ARRAY:
        return RAFT_JSON_ARRAY;
    case JSON_STRING:
        return RAFT_JSON_STRING;
    case JSON_INTEGER:
        return RAFT_JSON_INTEGER;
    case JSON_REAL:
        return RAFT_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return RAFT_JSON_BOOL;
    case JSON_NULL:
        return RAFT_JSON_NULL;
    }
    return RAFT_JSON_NONE;
}

enum raft_error raft_json_parse(const char *text, size_t bytes, struct raft_json **json,
                                char *message, size_t message_bytes)
{
    *json = NULL;
    if (bytes > TEXT_BYTES_MAX) {
        snprintf(message, message_bytes, "%zu bytes of JSON, at most %d are read", bytes,
                 TEXT_BYTES_MAX);
        return RAFT_TOO_LARGE;
    }
    if (is_too_deep(text, bytes)) {
        snprintf(message, message_bytes, "nested deeper than %d levels", DEPTH_MAX);
        return RAFT_MALFORMED;
    }
    json_error_t error;
    json_t *value = json_loadb(text, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL) {
        snprintf(message, message_bytes, "line %d, column %d: %s", error.line, error.column,
                 error.text);
        return RAFT_MALFORMED;
    }
    *json = wrap_value(value);
    return RAFT_OK;
}

char *raft_json_text(const struct raft_json *json)
{
    char *text = json_dumps(view_value(json),
                            JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
    ASSERT(text != NULL);
    return text;
}

char *raft_json_quote(const void *bytes, size_t count)
{
    json_t *value = make_string(bytes, count);
    char *quoted = json_dumps(value, JSON_ENCODE_ANY);
    ASSERT(quoted != NULL);
    json_decref(value);
    return quoted;
}

void raft_json_print(const struct raft_json *json, FILE *file, bool pretty)
{
    size_t shape = pretty ? JSON_INDENT(2) : JSON_COMPACT;
    char *text =
        json_dumps(view_value(json), shape | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
    ASSERT(text != NULL);
    fprintf(file, "%s\n", text);
    free(text);
}

void raft_json_free(struct raft_json **json)
{
    if (*json != NULL) {
        json_decref(unwrap_value(*json));
        *json = NULL;
    }
}

static struct raft_json *wrap_value(json_t *value)
{
    ASSERT(value != NULL); /* out of memory */
    return (struct raft_json *)value;
}

static json_t *unwrap_value(struct raft_json *value)
{
    return (json_t *)value;
}

static const json_t *view_value(const struct raft_json *value)
{
    return (const json_t *)value;
}

static void add_value(struct raft_json *to, const char *key, json_t *value)
{
    ASSERT(value != NULL); /* out of memory */
    int status = key == NULL ? json_array_append_new(unwrap_value(to), value)
                             : json_object_set_new(unwrap_value(to), key, value);
    ASSERT(status == 0); /* not a container of that kind, or out of memory */
}

static json_t *make_string(const void *bytes, size_t count)
{
    const char *text = count > 0 ? bytes : "";
    json_t *value = json_stringn(text, count);
    if (value == NULL) {
        size_t mended_bytes;
        char *mended = mend_utf8(text, count, &mended_bytes);
        value = json_stringn(mended, mended_bytes);
        free(mended);
    }
    ASSERT(value != NULL); /* out of memory */
    return value;
}

/* Bytes of the UTF-8 sequence that starts here, 0 if none does (Unicode 15, table 3-7). */
static size_t measure_utf8(const unsigned char *at)
{
    if (at[0] < 0x80) {
        return 1;
    }
    size_t bytes = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool is_overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool is_surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool is_beyond = at[0] == 0xf4 && at[1] > 0x8f;
    return is_overlong || is_surrogate || is_beyond ? 0 : bytes;
}

/* A terminated copy in which every byte that belongs to no character is U+FFFD; freed by the
 * caller.
 */
static char *mend_utf8(const char *text, size_t count, size_t *mended_bytes)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *copy = malloc(count + 1); /* no sequence goes on behind its end */
    char *mended = malloc(count * 3 + 1);
    ASSERT(copy != NULL && mended != NULL);
    memcpy(copy, text, count);
    copy[count] = 0;
    size_t end = 0;
    for (size_t i = 0; i < count;) {
        size_t bytes = measure_utf8((const unsigned char *)copy + i);
        memcpy(mended + end, bytes == 0 ? replacement : copy + i, bytes == 0 ? 3 : bytes);
        end += bytes == 0 ? 3 : bytes;
        i += bytes == 0 ? 1 : bytes;
    }
    mended[end] = 0;
    free(copy);
    *mended_bytes = end;
    return mended;
}

/* Brackets outside strings; the parser itself recurses once for each. */
static bool is_too_deep(const char *text, size_t bytes)
{
    int depth = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < bytes; i++) {
        if (is_quoted) {
            is_quoted = text[i] != '"';
            i += text[i] == '\\' ? 1 : 0;
        } else if (text[i] == '"') {
            is_quoted = true;
        } else if (text[i] == '{' || text[i] == '[') {
            depth++;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
        if (depth > DEPTH_MAX) {
            return true;
        }
    }
    return false;
}
