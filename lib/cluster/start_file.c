/* SPDX-License-Identifier: MIT
 *
 * start.json: the start states of a cluster's nodes, from the `up` that made them to the nodes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "cluster/start_state.h"
#include "json/json.h"

#define START_SCHEMA "raftctl.start/1"

enum { START_BYTES_MAX = 1024 * 1024 };

static void add_entry(struct raft_json *log, const struct raft_start_entry *entry)
{
    static const char digits[] = "0123456789abcdef";
    struct raft_json *json;
    char *hex;

    if (entry->bytes == 0) {
        raft_json_add_integer(log, NULL, (int64_t)entry->term);
        return;
    }
    hex = malloc(2 * entry->bytes + 1);
    ASSERT(hex != NULL);
    for (size_t i = 0; i < entry->bytes; i++) {
        hex[2 * i] = digits[entry->command[i] >> 4];
        hex[2 * i + 1] = digits[entry->command[i] & 15];
    }
    hex[2 * entry->bytes] = 0;
    json = raft_json_object();
    raft_json_add_integer(json, "term", (int64_t)entry->term);
    raft_json_add_string(json, "command", hex);
    raft_json_add(log, NULL, json);
    free(hex);
}

static struct raft_json *render_state(const struct raft_start_state *state)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *peers = raft_json_array();
    struct raft_json *log = raft_json_array();

    raft_json_add_integer(json, "id", state->id);
    raft_json_add_string(json, "role", raft_start_role_name(state->role));
    raft_json_add_integer(json, "term", (int64_t)state->term);
    raft_json_add_integer(json, "voted_for", state->voted_for);
    for (uint32_t i = 0; i < state->peers_count; i++) {
        struct raft_json *peer = raft_json_object();

        raft_json_add_integer(peer, "id", state->peers[i].id);
        raft_json_add_integer(peer, "next", (int64_t)state->peers[i].next);
        raft_json_add_integer(peer, "match", (int64_t)state->peers[i].match);
        raft_json_add(peers, NULL, peer);
    }
    for (size_t i = 0; i < state->entries_count; i++) {
        add_entry(log, &state->entries[i]);
    }
    raft_json_add(json, "peers", peers);
    raft_json_add(json, "log", log);
    return json;
}

enum raft_error raft_start_write(const char *path, const struct raft_start_state *states,
                                 uint32_t count, char *message, size_t message_bytes)
{
    struct raft_json *json = raft_json_object();
    struct raft_json *nodes = raft_json_array();
    enum raft_error error = RAFT_OK;
    FILE *file;
    char *text;

    raft_json_add_string(json, "schema", START_SCHEMA);
    for (uint32_t i = 0; i < count; i++) {
        if (raft_start_is_given(&states[i])) {
            raft_json_add(nodes, NULL, render_state(&states[i]));
        }
    }
    raft_json_add(json, "nodes", nodes);
    text = raft_json_text(json);
    raft_json_free(&json);
    file = strlen(text) <= START_BYTES_MAX ? fopen(path, "we") : NULL;
    if (strlen(text) > START_BYTES_MAX) {
        snprintf(message, message_bytes, "the start states take %zu bytes, and at most %d can be",
                 strlen(text), START_BYTES_MAX);
        error = RAFT_TOO_LARGE;
    } else if (file == NULL || fputs(text, file) < 0 || fflush(file) != 0 ||
               fsync(fileno(file)) != 0) {
        error = raft_error_of_errno(errno);
        snprintf(message, message_bytes, "cannot write %s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        fclose(file); /* It was flushed. */
    }
    free(text);
    return error;
}

static int read_digit(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *at = digit != 0 ? strchr(digits, digit) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* False: these are no bytes in hexadecimal digits. */
static bool append_hex(struct raft_start_state *state, raft_term term, const char *hex)
{
    size_t bytes = strlen(hex) / 2;
    uint8_t *command = malloc(bytes + 1);
    bool fine = strlen(hex) % 2 == 0 && bytes > 0;

    ASSERT(command != NULL);
    for (size_t i = 0; fine && i < bytes; i++) {
        int high = read_digit(hex[2 * i]);
        int low = read_digit(hex[2 * i + 1]);

        fine = high >= 0 && low >= 0;
        command[i] = fine ? (uint8_t)(high * 16 + low) : 0;
    }
    fine = fine && raft_start_append(state, term, command, bytes);
    free(command);
    return fine;
}

static bool read_entry(const struct raft_json *json, struct raft_start_state *state, size_t i)
{
    const struct raft_json *entry = raft_json_at(json, i);
    bool is_plain = raft_json_kind(entry) == RAFT_JSON_INTEGER;
    int64_t term =
        is_plain ? raft_json_integer_at(json, i, 0) : raft_json_integer(entry, "term", 0);
    raft_term former = i > 0 ? state->entries[i - 1].term : 1;

    if (term < 1 || (raft_term)term < former || (raft_term)term > state->term) {
        return false;
    }
    return is_plain ? raft_start_append(state, (raft_term)term, NULL, 0)
                    : append_hex(state, (raft_term)term, raft_json_string(entry, "command", ""));
}

static bool read_id(const struct raft_json *json, const char *key, raft_id *id)
{
    int64_t number = raft_json_integer(json, key, -1);

    *id = (raft_id)number;
    return number >= 0 && number <= UINT32_MAX;
}

static bool read_peer(const struct raft_json *json, struct raft_start_state *state)
{
    struct raft_start_peer *peer = &state->peers[state->peers_count++];
    int64_t next = raft_json_integer(json, "next", -1);
    int64_t match = raft_json_integer(json, "match", -1);

    peer->next = (raft_index)next;
    peer->match = (raft_index)match;
    return read_id(json, "id", &peer->id) && peer->id != 0 && next >= 0 && match >= 0 &&
           (size_t)match <= state->entries_count && (size_t)next <= state->entries_count + 1;
}

/* NULL or the field that is wrong. */
static const char *read_state(const struct raft_json *json, struct raft_start_state *state)
{
    const struct raft_json *log = raft_json_get(json, "log");
    const struct raft_json *peers = raft_json_get(json, "peers");
    const char *role = raft_json_string(json, "role", "");
    int64_t term = raft_json_integer(json, "term", -1);

    state->role = RAFT_START_ROLE_KINDS;
    for (int i = 0; i < RAFT_START_ROLE_KINDS; i++) {
        if (strcmp(raft_start_role_name((enum raft_start_role)i), role) == 0) {
            state->role = (enum raft_start_role)i;
        }
    }
    state->term = (raft_term)term;
    if (state->role == RAFT_START_ROLE_KINDS || term < 0 ||
        !read_id(json, "voted_for", &state->voted_for)) {
        return "role, term or voted_for";
    }
    for (size_t i = 0; log != NULL && i < raft_json_count(log); i++) {
        if (!read_entry(log, state, i)) {
            return "log";
        }
    }
    for (size_t i = 0; peers != NULL && i < raft_json_count(peers); i++) {
        if (i == RAFT_NODES_MAX || !read_peer(raft_json_at(peers, i), state)) {
            return "peers";
        }
    }
    return NULL;
}

/* The bytes of a file, terminated; NULL and a message if it cannot be read. */
static char *read_file(const char *path, enum raft_error *error, char *message,
                       size_t message_bytes)
{
    FILE *file = fopen(path, "re");
    char *text = file != NULL ? malloc(START_BYTES_MAX + 2) : NULL;
    size_t bytes = text != NULL ? fread(text, 1, START_BYTES_MAX + 1, file) : 0;

    *error = RAFT_OK;
    if (text == NULL || ferror(file) || bytes > START_BYTES_MAX) {
        *error = bytes > START_BYTES_MAX ? RAFT_TOO_LARGE : raft_error_of_errno(errno);
        snprintf(message, message_bytes, "cannot read %s: %s", path,
                 bytes > START_BYTES_MAX ? "it is too large" : strerror(errno));
        free(text);
        text = NULL;
    } else {
        text[bytes] = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

enum raft_error raft_start_read(const char *path, raft_id id, struct raft_start_state *state,
                                char *message, size_t message_bytes)
{
    struct raft_json *json = NULL;
    const struct raft_json *nodes;
    const char *wrong = NULL;
    enum raft_error error;
    char why[256] = "";
    char *text = read_file(path, &error, message, message_bytes);

    memset(state, 0, sizeof *state);
    state->id = id;
    if (text == NULL) {
        return error;
    }
    error = raft_json_parse(text, strlen(text), &json, why, sizeof why);
    free(text);
    if (error == RAFT_OK && strcmp(raft_json_string(json, "schema", ""), START_SCHEMA) != 0) {
        wrong = "schema: expected \"" START_SCHEMA "\"";
    }
    nodes = error == RAFT_OK ? raft_json_get(json, "nodes") : NULL;
    for (size_t i = 0; wrong == NULL && nodes != NULL && i < raft_json_count(nodes); i++) {
        if (raft_json_integer(raft_json_at(nodes, i), "id", 0) == id) {
            wrong = read_state(raft_json_at(nodes, i), state);
            break;
        }
    }
    raft_json_free(&json);
    if (error != RAFT_OK || wrong != NULL) {
        raft_start_finish(state);
        state->id = id;
        snprintf(message, message_bytes, "%s: n%u: %s", path, id, wrong != NULL ? wrong : why);
        return RAFT_CORRUPT;
    }
    return RAFT_OK;
}
