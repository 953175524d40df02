/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <yaml.h>

#include "tree/build.h"

enum { KEY_BYTES = 256 };

/* What goes from event to event. */
struct reading {
    struct raft_tree_builder *builder;
    bool has_document;
    bool has_key; /* it waits for its value */
    char key[KEY_BYTES];
};

static bool is_one_of(const char *text, size_t bytes, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) == bytes && memcmp(words[i], text, bytes) == 0) {
            return true;
        }
    }
    return false;
}

static size_t skip_digits(const char *text, size_t bytes, size_t at)
{
    while (at < bytes && text[at] >= '0' && text[at] <= '9') {
        at++;
    }
    return at;
}

/* The part of a number after its sign: digits, maybe a fraction, maybe an exponent. */
static enum raft_tree_kind name_number(const char *text, size_t bytes, size_t at)
{
    size_t digits = skip_digits(text, bytes, at);
    size_t end = digits;
    bool has_digits = digits > at;

    if (has_digits && end == bytes) {
        return RAFT_TREE_INTEGER;
    }
    if (end < bytes && text[end] == '.') {
        end = skip_digits(text, bytes, digits + 1);
        has_digits = has_digits || end > digits + 1;
    }
    if (has_digits && end < bytes && (text[end] == 'e' || text[end] == 'E')) {
        size_t sign = end + 1 < bytes && (text[end + 1] == '+' || text[end + 1] == '-') ? 1 : 0;
        size_t exponent = skip_digits(text, bytes, end + 1 + sign);

        end = exponent > end + 1 + sign ? exponent : end;
    }
    return has_digits && end == bytes ? RAFT_TREE_NUMBER : RAFT_TREE_TEXT;
}

/* The core schema of YAML 1.2 but for its hexadecimal, octal and infinite numbers, which stay text
 * and so are refused wherever a number is wanted. */
static enum raft_tree_kind name_plain(const char *text, size_t bytes)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const bools[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};

    if (is_one_of(text, bytes, nulls)) {
        return RAFT_TREE_NULL;
    }
    if (is_one_of(text, bytes, bools)) {
        return RAFT_TREE_BOOL;
    }
    return name_number(text, bytes, text[0] == '-' || text[0] == '+' ? 1 : 0);
}

static uint32_t line_of(const yaml_event_t *event)
{
    return (uint32_t)event->start_mark.line + 1;
}

/* The first scalar of a pair in a map is its key. */
static bool take_key(struct reading *reading, const yaml_event_t *event)
{
    size_t bytes = event->data.scalar.length;

    if (bytes >= sizeof reading->key || memchr(event->data.scalar.value, 0, bytes) != NULL) {
        raft_tree_complain(reading->builder, line_of(event), "a field's name of %zu bytes", bytes);
        return false;
    }
    memcpy(reading->key, event->data.scalar.value, bytes);
    reading->key[bytes] = 0;
    reading->has_key = true;
    return true;
}

static bool add_value(struct reading *reading, const yaml_event_t *event, enum raft_tree_kind kind)
{
    struct raft_tree_scalar scalar = {
        .key = reading->has_key ? reading->key : NULL, .kind = kind, .line = line_of(event)};

    if (event->type == YAML_SCALAR_EVENT) {
        scalar.text = (const char *)event->data.scalar.value;
        scalar.bytes = event->data.scalar.length;
    }
    reading->has_key = false;
    return raft_tree_add(reading->builder, &scalar);
}

static bool take_scalar(struct reading *reading, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    return add_value(reading, event,
                     is_plain ? name_plain(text, event->data.scalar.length) : RAFT_TREE_TEXT);
}

static bool is_tagged(const yaml_event_t *event)
{
    return (event->type == YAML_SCALAR_EVENT && event->data.scalar.tag != NULL) ||
           (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.tag != NULL) ||
           (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.tag != NULL);
}

/* False: there is a complaint. */
static bool take_event(struct reading *reading, const yaml_event_t *event)
{
    struct raft_tree_builder *builder = reading->builder;
    bool wants_key =
        builder->open != NULL && builder->open->kind == RAFT_TREE_MAP && !reading->has_key;

    if (is_tagged(event)) {
        raft_tree_complain(builder, line_of(event), "a tag (!); tags are not read here");
        return false;
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reading->has_document) {
            raft_tree_complain(builder, line_of(event),
                               "a second document begins; one file describes one cluster");
        }
        reading->has_document = true;
        break;
    case YAML_ALIAS_EVENT:
        raft_tree_complain(builder, line_of(event),
                           "an alias (*); aliases are not read, write the value out");
        break;
    case YAML_SCALAR_EVENT:
        return wants_key ? take_key(reading, event) : take_scalar(reading, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (wants_key) {
            raft_tree_complain(builder, line_of(event), "a list or map as a field's name");
            break;
        }
        return add_value(reading, event,
                         event->type == YAML_MAPPING_START_EVENT ? RAFT_TREE_MAP : RAFT_TREE_LIST);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        raft_tree_close(builder);
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return builder->complaint[0] == 0;
}

/* Is there a tab among the blanks with which a line (from 0) begins? */
static bool is_indented_by_tab(const char *text, size_t bytes, size_t line)
{
    size_t at = 0;

    for (size_t i = 0; i < line && at < bytes; at++) {
        i += text[at] == '\n' ? 1 : 0;
    }
    while (at < bytes && text[at] == ' ') {
        at++;
    }
    return at < bytes && text[at] == '\t';
}

static void complain_of_syntax(struct raft_tree_builder *builder, const yaml_parser_t *parser,
                               const char *text, size_t bytes)
{
    const char *problem = parser->problem != NULL ? parser->problem : "this is no YAML";

    if (is_indented_by_tab(text, bytes, parser->problem_mark.line)) {
        raft_tree_complain(builder, (uint32_t)parser->problem_mark.line + 1,
                           "a tab at the beginning of the line; YAML is indented by blanks");
    } else if (parser->context != NULL) {
        raft_tree_complain(builder, (uint32_t)parser->problem_mark.line + 1, "%s %s (line %zu)",
                           problem, parser->context, parser->context_mark.line + 1);
    } else {
        raft_tree_complain(builder, (uint32_t)parser->problem_mark.line + 1, "%s", problem);
    }
}

bool raft_tree_from_yaml(struct raft_tree_builder *builder, const char *text, size_t bytes)
{
    struct reading reading = {.builder = builder};
    yaml_parser_t parser;
    bool is_end = false;
    bool fine = true;

    if (!yaml_parser_initialize(&parser)) {
        raft_tree_complain(builder, 0, "out of memory");
        return false;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    while (fine && !is_end) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            complain_of_syntax(builder, &parser, text, bytes);
            fine = false;
        } else {
            fine = take_event(&reading, &event);
            is_end = event.type == YAML_STREAM_END_EVENT;
            yaml_event_delete(&event);
        }
    }
    yaml_parser_delete(&parser);
    return fine;
}
