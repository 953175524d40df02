/* SPDX-License-Identifier: MIT
 *
 * The command of a log entry in a cluster file: the words that a person would type (put KEY VALUE),
 * or the course's {endpoint, method, body}; as the app encodes it.
 */
#include <string.h>

#include "app/apps.h"
#include "cluster/spec_reading.h"

_Static_assert((int)RAFT_SPEC_COMMAND_BYTES_MAX >= (int)RAFT_KV_COMMAND_BYTES_MAX &&
                   (int)RAFT_SPEC_COMMAND_BYTES_MAX >= (int)RAFT_QUEUE_COMMAND_BYTES_MAX &&
                   (int)RAFT_SPEC_COMMAND_BYTES_MAX >= (int)RAFT_BANK_COMMAND_BYTES_MAX,
               "a command of any app fits");

/* A command in words: the verb, one word after it, and the rest. */
struct words {
    const struct raft_tree *value;
    struct raft_span verb;
    struct raft_span first; /* data NULL = there is none */
    struct raft_span rest;  /* data NULL = there is none; "" after a blank is there */
};

/* Up to the next blank; *text goes behind it, to NULL at the end. */
static struct raft_span take_word(const char **text)
{
    const char *start = *text;
    size_t bytes = start != NULL ? strcspn(start, " ") : 0;

    *text = start != NULL && start[bytes] == ' ' ? start + bytes + 1 : NULL;
    return (struct raft_span){start, bytes};
}

static bool is_word(struct raft_span span, const char *word)
{
    return span.bytes == strlen(word) && memcmp(span.data, word, span.bytes) == 0;
}

static size_t encode_kv(const struct words *words, uint8_t *command)
{
    struct raft_kv_command kv = {.key = words->first};

    if (is_word(words->verb, "put") && words->rest.data != NULL) {
        kv.op = RAFT_KV_PUT;
        kv.value = words->rest;
    } else if (is_word(words->verb, "del") && words->rest.data == NULL) {
        kv.op = RAFT_KV_DEL;
    } else {
        return 0;
    }
    return raft_kv_encode(&kv, command, RAFT_SPEC_COMMAND_BYTES_MAX);
}

static size_t encode_bank(const struct words *words, uint8_t *command)
{
    struct raft_bank_command bank = {.op = RAFT_BANK_CREDIT};
    uint64_t amount = 0;

    if (is_word(words->verb, "debit")) {
        bank.op = RAFT_BANK_DEBIT;
    } else if (!is_word(words->verb, "credit")) {
        return 0;
    }
    if (words->first.data == NULL || words->rest.data != NULL ||
        !raft_fields_digits(words->first.data, INT64_MAX, &amount) || amount == 0) {
        return 0;
    }
    bank.amount = (int64_t)amount;
    return raft_bank_encode(&bank, command, RAFT_SPEC_COMMAND_BYTES_MAX);
}

static size_t encode_queue(const struct words *words, uint8_t *command)
{
    struct raft_queue_command queue = {.topic = words->first, .message = words->rest};

    if (is_word(words->verb, "create") && words->rest.data == NULL) {
        queue.op = RAFT_QUEUE_CREATE;
    } else if (is_word(words->verb, "put") && words->rest.data != NULL) {
        queue.op = RAFT_QUEUE_PUT;
    } else if (is_word(words->verb, "get") && words->rest.data == NULL) {
        queue.op = RAFT_QUEUE_GET;
    } else {
        return 0;
    }
    return raft_queue_encode(&queue, command, RAFT_SPEC_COMMAND_BYTES_MAX);
}

static const struct {
    const char *app;
    const char *wanted;
    size_t (*encode)(const struct words *words, uint8_t *command);
} languages[] = {
    {"kv", "\"put KEY VALUE\" or \"del KEY\"", encode_kv},
    {"bank", "\"credit N\" or \"debit N\"", encode_bank},
    {"queue", "\"create TOPIC\", \"put TOPIC MESSAGE\" or \"get TOPIC\"", encode_queue},
};

static size_t take_words(struct raft_fields *fields, const struct raft_tree *value,
                         uint8_t *command)
{
    const char *app = raft_spec_reading_of(fields)->file->spec.app;
    const char *text = value->text;
    struct words words = {.value = value};
    size_t language = 0; /* The first one's, unless the file names another app. */
    size_t bytes = 0;

    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        language = strcmp(languages[i].app, app) == 0 ? i : language;
    }
    words.verb = take_word(&text);
    words.first = text != NULL ? take_word(&text) : (struct raft_span){NULL, 0};
    words.rest = (struct raft_span){text, text != NULL ? strlen(text) : 0};
    if (value->kind == RAFT_TREE_TEXT && words.first.bytes > 0) {
        bytes = languages[language].encode(&words, command);
    }
    if (bytes == 0) {
        raft_fields_expect(fields, value, "a command of the app %s: %s", languages[language].app,
                           languages[language].wanted);
    }
    return bytes;
}

/* A text among the course's body; NULL with a complaint if it is none. */
static const struct raft_tree *find_text(struct raft_fields *fields, const struct raft_tree *body,
                                         const char *key)
{
    const struct raft_tree *text = raft_tree_find(body, key);

    if (text == NULL) {
        raft_fields_complain(fields, body, "%s is missing: expected a text", key);
    } else if (text->kind != RAFT_TREE_TEXT) {
        raft_fields_expect(fields, text, "a text");
    }
    return text;
}

static bool says(const struct raft_tree *map, const char *key, const char *word)
{
    const struct raft_tree *value = raft_tree_find(map, key);

    return value != NULL && value->kind == RAFT_TREE_TEXT && strcmp(value->text, word) == 0;
}

/* {"endpoint": "topic" or "message", "method": "PUT" or "GET", "body": {"topic", "message"}} */
static size_t take_call(struct raft_fields *fields, const struct raft_tree *value, uint8_t *command)
{
    struct raft_queue_command queue = {.op = RAFT_QUEUE_CREATE};
    bool is_message = says(value, "endpoint", "message");
    const struct raft_tree *body = raft_tree_find(value, "body");
    const struct raft_tree *topic;
    const struct raft_tree *message = NULL;
    size_t bytes = 0;

    if (is_message) {
        queue.op = says(value, "method", "GET") ? RAFT_QUEUE_GET : RAFT_QUEUE_PUT;
    }
    if ((!is_message && !says(value, "endpoint", "topic")) ||
        (queue.op != RAFT_QUEUE_GET && !says(value, "method", "PUT")) || body == NULL) {
        raft_fields_complain(fields, value,
                             "expected a PUT of a topic, a PUT of a message or a GET of a message, "
                             "with its endpoint, method and body");
        return 0;
    }
    topic = find_text(fields, body, "topic");
    message = queue.op == RAFT_QUEUE_PUT ? find_text(fields, body, "message") : NULL;
    if (fields->failed) {
        return 0;
    }
    queue.topic = (struct raft_span){topic->text, topic->bytes};
    queue.message = message != NULL ? (struct raft_span){message->text, message->bytes}
                                    : (struct raft_span){NULL, 0};
    bytes = raft_queue_encode(&queue, command, RAFT_SPEC_COMMAND_BYTES_MAX);
    if (bytes == 0) {
        raft_fields_complain(fields, value, "a topic has 1..%d bytes and a message at most %d",
                             RAFT_QUEUE_TOPIC_BYTES_MAX, RAFT_QUEUE_MESSAGE_BYTES_MAX);
    }
    return bytes;
}

size_t raft_spec_take_command(struct raft_fields *fields, const struct raft_tree *value,
                              uint8_t *command)
{
    const struct raft_spec_file *file = raft_spec_reading_of(fields)->file;

    if (value->kind == RAFT_TREE_MAP && strcmp(file->spec.app, "queue") == 0) {
        return take_call(fields, value, command);
    }
    return take_words(fields, value, command);
}
