/* SPDX-License-Identifier: MIT
 *
 * queue: topics and messages of the queue app. get takes a message away, so it goes through the log
 * as create and put do; topics and view read, a page at a time.
 */
#include <string.h>

#include "app/queue.h"
#include "ask.h"
#include "queue_print.h"

struct verb {
    const char *name;
    enum raft_queue_op op;
    int args;
    const char *takes;
    bool reads;
};

static const struct verb verbs[] = {
    {"topics", RAFT_QUEUE_TOPICS, 0, "nothing more", true},
    {"create", RAFT_QUEUE_CREATE, 1, "a topic", false},
    {"put", RAFT_QUEUE_PUT, 2, "a topic and a message", false},
    {"get", RAFT_QUEUE_GET, 1, "a topic", false},
    {"view", RAFT_QUEUE_VIEW, 0, "nothing more", true},
};

static int find_verb(const struct call *call, const struct verb **verb)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        *verb = &verbs[i];
        if (strcmp(verbs[i].name, call->argv[0]) != 0) {
            continue;
        }
        if (call->argc - 1 != verbs[i].args) {
            return complain(call, EXIT_USAGE, "%s takes %s: raftctl queue %s", verbs[i].name,
                            verbs[i].takes, call->command->usage);
        }
        return !verbs[i].reads && options_given(&call->options, "stale")
                   ? complain(call, EXIT_USAGE,
                              "--stale is for topics and view: a %s goes through the log",
                              verbs[i].name)
                   : EXIT_DONE;
    }
    return complain(call, EXIT_USAGE, "no verb \"%s\": raftctl queue %s", call->argv[0],
                    call->command->usage);
}

static int read_command(const struct call *call, const struct verb *verb,
                        struct raft_queue_command *command)
{
    static char input[RAFT_QUEUE_MESSAGE_BYTES_MAX + 1];
    int code = EXIT_DONE;
    command->op = verb->op;
    if (verb->args > 0) {
        command->topic = ask_span(call->argv[1]);
        code = ask_check(call, "topic", command->topic, 1, RAFT_QUEUE_TOPIC_BYTES_MAX);
    }
    if (code == EXIT_DONE && verb->args > 1) {
        command->message = ask_span(call->argv[2]);
        code = strcmp(call->argv[2], "-") == 0
                   ? ask_input(call, input, sizeof input, &command->message)
                   : EXIT_DONE;
    }
    return code == EXIT_DONE
               ? ask_check(call, "message", command->message, 0, RAFT_QUEUE_MESSAGE_BYTES_MAX)
               : code;
}

static int ask_queue(struct call *call, struct asking *asking,
                     const struct raft_queue_command *command, struct raft_client_answer *answer)
{
    static char bytes[RAFT_QUEUE_COMMAND_BYTES_MAX];
    struct raft_span span = {bytes, raft_queue_encode(command, bytes, sizeof bytes)};
    return ask(call, asking, span, answer);
}

/* Page after page, until one says that it is the last. */
static int read_pages(struct call *call, struct asking *asking, struct raft_queue_command *command)
{
    struct raft_client_answer answer;
    struct raft_queue_page page = {.next = {0, 0}};
    struct queue_listing listing;
    int code = EXIT_DONE;
    queue_listing_begin(&listing, call, command->op == RAFT_QUEUE_VIEW);
    do {
        code = ask_queue(call, asking, command, &answer);
        if (code == EXIT_DONE &&
            (!raft_queue_page_open(answer.result, &page) || !queue_listing_add(&listing, &page))) {
            code = complain(call, EXIT_FALSE, "n%u gave an answer that is none", answer.node);
        }
        command->from = page.next;
    } while (code == EXIT_DONE && (page.next.topic != 0 || page.next.message != 0));
    queue_listing_end(&listing, code == EXIT_DONE ? &answer : NULL);
    return code;
}

int cmd_queue(struct call *call)
{
    const struct verb *verb = NULL;
    struct raft_queue_command command = {.op = RAFT_QUEUE_TOPICS};
    struct raft_client_answer answer;
    struct asking asking;
    int code = find_verb(call, &verb);
    code = code == EXIT_DONE ? read_command(call, verb, &command) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    code = ask_open(call, !verb->reads, &asking);
    if (code == EXIT_DONE && verb->reads) {
        code = read_pages(call, &asking, &command);
    } else if (code == EXIT_DONE) {
        code = ask_queue(call, &asking, &command, &answer);
        code = code == EXIT_DONE ? queue_print(call, command.op, &answer) : code;
    }
    ask_close(&asking);
    return code;
}
