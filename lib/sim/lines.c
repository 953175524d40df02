/* SPDX-License-Identifier: MIT
 *
 * What a person reads: "[    12.500] n1 follower -> candidate (term 1)". Milliseconds, node (none
 * where it is about all of them), what.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/internal.h"

enum { LINE_BYTES = 320 };

static void describe(const struct raft_message *message, char *text, size_t bytes);
static bool is_beat(const struct raft_message *message);

bool raft_sim_says(const struct raft_sim *sim, enum raft_sim_topic topic)
{
    return sim->options.line != NULL && (sim->options.topics & topic) != 0;
}

void raft_sim_say(struct raft_sim *sim, enum raft_sim_topic topic, raft_id id, const char *format,
                  ...)
{
    char line[LINE_BYTES];
    char what[LINE_BYTES - 40];
    if (!raft_sim_says(sim, topic))
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    double at = (double)sim->elapsed / 1000.0;
    if (id != 0)
        (void)snprintf(line, sizeof line, "[%9.3f] n%u %s", at, (unsigned)id, what);
    else
        (void)snprintf(line, sizeof line, "[%9.3f] %s", at, what);
    sim->options.line(sim->options.line_context, line);
}

void raft_sim_say_message(struct raft_sim *sim, raft_id id, const char *verb,
                          const struct raft_message *message)
{
    char text[LINE_BYTES / 2];
    if (!raft_sim_says(sim, RAFT_SIM_MESSAGES))
        return;
    bool to_us = message->to == id && strcmp(verb, "gets") == 0;
    if (is_beat(message) && (sim->options.topics & RAFT_SIM_BEATS) == 0)
        return;
    describe(message, text, sizeof text);
    raft_sim_say(sim, RAFT_SIM_MESSAGES, id, "%s %s %s n%u: %s", verb,
                 raft_message_type_name(message->type), to_us ? "from" : "to",
                 (unsigned)(to_us ? message->from : message->to), text);
}

struct raft_sim_names raft_sim_names(uint64_t set)
{
    struct raft_sim_names names = {.text = "none"};
    size_t used = 0;
    for (; set != 0; set &= set - 1)
        used += (size_t)snprintf(names.text + used, sizeof names.text - used, "%sn%d",
                                 used > 0 ? " " : "", __builtin_ctzll(set) + 1);
    return names;
}

static void describe(const struct raft_message *message, char *text, size_t bytes)
{
    unsigned long long term = message->term;
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        (void)snprintf(text, bytes, "term %llu%s%s, log ends with %llu^%llu", term,
                       message->vote.pre ? " pre" : "", message->vote.transfer ? " transfer" : "",
                       (unsigned long long)message->vote.last_index,
                       (unsigned long long)message->vote.last_term);
        break;
    case RAFT_MESSAGE_VOTE_REPLY:
        (void)snprintf(text, bytes, "term %llu%s, %s", term, message->vote_reply.pre ? " pre" : "",
                       message->vote_reply.granted ? "granted" : "refused");
        break;
    case RAFT_MESSAGE_APPEND:
        (void)snprintf(text, bytes, "term %llu, %u after %llu^%llu, commit %llu", term,
                       (unsigned)message->append.count,
                       (unsigned long long)message->append.prev_index,
                       (unsigned long long)message->append.prev_term,
                       (unsigned long long)message->append.commit);
        break;
    case RAFT_MESSAGE_APPEND_REPLY:
        if (message->append_reply.ok)
            (void)snprintf(text, bytes, "term %llu, has up to %llu", term,
                           (unsigned long long)message->append_reply.index);
        else
            (void)snprintf(text, bytes, "term %llu, refuses %llu, may agree at %llu^%llu", term,
                           (unsigned long long)message->append_reply.index,
                           (unsigned long long)message->append_reply.hint_index,
                           (unsigned long long)message->append_reply.hint_term);
        break;
    case RAFT_MESSAGE_READ_REPLY:
        if (message->read_reply.refused)
            (void)snprintf(text, bytes, "term %llu, refuses", term);
        else
            (void)snprintf(text, bytes, "term %llu, entry %llu", term,
                           (unsigned long long)message->read_reply.index);
        break;
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        (void)snprintf(text, bytes, "term %llu", term);
        break;
    case RAFT_MESSAGE_SNAPSHOT:
        (void)snprintf(text, bytes, "term %llu, snapshot of %llu^%llu", term,
                       (unsigned long long)message->snapshot.index,
                       (unsigned long long)message->snapshot.term);
        break;
    }
}

/* A reply does not say what it answers: one that is ok is taken for a heartbeat's only when the
 * topic is off, since then the interesting ones show as commits and logs. */
static bool is_beat(const struct raft_message *message)
{
    if (message->type == RAFT_MESSAGE_APPEND)
        return message->append.count == 0;
    return message->type == RAFT_MESSAGE_APPEND_REPLY && message->append_reply.ok;
}
