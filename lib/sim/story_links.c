/* SPDX-License-Identifier: MIT
 *
 * The commands of a story that speak of links and messages.
 */
#include <string.h>

#include "base/assert.h"
#include "sim/story.h"

enum { ENTRIES_MAX = 64 };

/* Does something to each link of a word "n1,n2>n3". */
typedef void (*link_action)(struct raft_story *story, raft_id from, raft_id to);

static bool is_in(raft_story_set set, raft_id id);
static bool for_links(struct raft_story *story, const char *word, link_action action);
static void add_fault(struct raft_story *story, struct raft_fault *fault, bool replace);
static void hold_link(struct raft_story *story, raft_id from, raft_id to);
static void release_link(struct raft_story *story, raft_id from, raft_id to);
static void decide_fate(struct raft_story *story, raft_id from, raft_id to);
static void drop_next(struct raft_story *story, raft_id from, raft_id to);
static void fill_link(struct raft_story *story, const char *word, struct raft_fault *fault);
static bool read_body(struct raft_story *story, struct raft_message *message,
                      struct raft_entry *entries);
static bool read_offer(struct raft_story *story, struct raft_snapshot *snapshot);
static bool read_append(struct raft_story *story, struct raft_append *append,
                        struct raft_entry *entries);
static bool read_vote(struct raft_story *story, struct raft_vote *vote);
static bool read_append_reply(struct raft_story *story, struct raft_append_reply *reply);
static bool read_number_option(struct raft_story *story, const char *key, uint64_t *value);

bool raft_story_partition(struct raft_story *story)
{
    struct raft_fault fault = {.kind = "groups"};
    raft_story_set group[RAFT_STORY_WORDS_MAX];
    unsigned groups = 0;
    for (unsigned i = 1; i < story->words_count; i++) {
        if (strcmp(story->words[i], "|") == 0)
            continue;
        if (!raft_story_nodes(story, story->words[i], &group[groups]))
            return false;
        groups++;
    }
    uint64_t all = (UINT64_C(1) << story->options.nodes) - 1;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        uint64_t mates = 0;
        for (unsigned g = 0; g < groups; g++)
            mates |= is_in(group[g], id) ? group[g] : 0;
        fault.row[id - 1] = all & ~mates;
    }
    add_fault(story, &fault, true);
    return true;
}

bool raft_story_cut(struct raft_story *story)
{
    struct raft_fault fault = {.kind = "cut"};
    for (unsigned i = 1; i < story->words_count; i++)
        fill_link(story, story->words[i], &fault);
    if (story->why[0] == '\0')
        add_fault(story, &fault, false);
    return story->why[0] == '\0';
}

bool raft_story_isolate(struct raft_story *story)
{
    struct raft_fault fault = {.kind = "isolate"};
    uint64_t all = (UINT64_C(1) << story->options.nodes) - 1;
    raft_story_set set;
    for (unsigned i = 1; i < story->words_count; i++) {
        if (!raft_story_nodes(story, story->words[i], &set))
            return false;
        for (raft_id id = 1; id <= story->options.nodes; id++)
            fault.row[id - 1] |= is_in(set, id) ? all : set;
    }
    add_fault(story, &fault, false);
    return true;
}

bool raft_story_heal(struct raft_story *story)
{
    struct raft_sim *sim = raft_story_world(story);
    (void)raft_faults_heal(raft_sim_faults(sim), 0, 0); /* How many there were does not matter. */
    return true;
}

bool raft_story_delay(struct raft_story *story)
{
    raft_time delay;
    raft_story_set from;
    raft_story_set to;
    bool both;
    if (!raft_story_duration(story, story->words[2], &delay) ||
        !raft_story_link(story, story->words[1], &from, &to, &both))
        return false;
    for (raft_id a = 1; a <= story->options.nodes; a++) {
        for (raft_id b = 1; b <= story->options.nodes; b++) {
            if (is_in(from, a) && is_in(to, b))
                raft_sim_link_delay(raft_story_world(story), a, b, delay);
            if (both && is_in(from, b) && is_in(to, a))
                raft_sim_link_delay(raft_story_world(story), a, b, delay);
        }
    }
    return true;
}

bool raft_story_hold(struct raft_story *story)
{
    return for_links(story, story->words[1], hold_link);
}

bool raft_story_release(struct raft_story *story)
{
    return for_links(story, story->words[1], release_link);
}

bool raft_story_fate(struct raft_story *story)
{
    return for_links(story, story->words[1], decide_fate);
}

bool raft_story_drop(struct raft_story *story)
{
    return for_links(story, story->words[1], drop_next);
}

bool raft_story_inject(struct raft_story *story)
{
    struct raft_message message = {0};
    struct raft_entry entries[ENTRIES_MAX];
    raft_story_set from;
    raft_story_set to;
    bool both;
    if (!raft_story_link(story, story->words[1], &from, &to, &both) ||
        !raft_story_type(story, story->words[2], &message.type))
        return false;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        message.from = is_in(from, id) ? id : message.from;
        message.to = is_in(to, id) ? id : message.to;
    }
    message.id = ++story->injected;
    if (!read_number_option(story, "term", &message.term) ||
        !read_number_option(story, "id", &message.id) || !read_body(story, &message, entries))
        return false;
    struct raft_sim *sim = raft_story_world(story);
    struct raft_packet packet = {.kind = RAFT_PACKET_MESSAGE,
                                 .from = message.from,
                                 .to = message.to,
                                 .id = message.id,
                                 .message = message};
    raft_sim_inject(sim, &packet);
    raft_sim_run(sim, raft_sim_now(sim)); /* It arrives now. */
    return true;
}

static bool is_in(raft_story_set set, raft_id id)
{
    return (set >> (id - 1) & 1) != 0;
}

static bool for_links(struct raft_story *story, const char *word, link_action action)
{
    raft_story_set from;
    raft_story_set to;
    bool both;
    if (!raft_story_link(story, word, &from, &to, &both))
        return false;
    for (raft_id a = 1; a <= story->options.nodes; a++) {
        for (raft_id b = 1; b <= story->options.nodes; b++) {
            bool forth = is_in(from, a) && is_in(to, b);
            bool back = both && is_in(from, b) && is_in(to, a);
            if (a != b && (forth || back))
                action(story, a, b);
        }
    }
    struct raft_sim *sim = raft_story_world(story);
    raft_sim_run(sim, raft_sim_now(sim)); /* What is let go arrives now. */
    return story->why[0] == '\0';
}

static void add_fault(struct raft_story *story, struct raft_fault *fault, bool replace)
{
    uint64_t id;
    struct raft_sim *sim = raft_story_world(story);
    for (raft_id from = 1; from <= story->options.nodes; from++)
        fault->row[from - 1] &= ~(UINT64_C(1) << (from - 1));
    if (raft_faults_add(raft_sim_faults(sim), fault, replace, &id) != RAFT_OK)
        (void)raft_story_fail(story, "more than %d faults", RAFT_FAULTS_MAX);
}

static void hold_link(struct raft_story *story, raft_id from, raft_id to)
{
    struct raft_sim *sim = raft_story_world(story);
    enum raft_message_type type;
    if (story->words_count == 2)
        raft_sim_link_hold(sim, from, to, (enum raft_message_type)0);
    for (unsigned i = 2; i < story->words_count; i++) {
        if (raft_story_type(story, story->words[i], &type))
            raft_sim_link_hold(sim, from, to, type);
    }
}

static void release_link(struct raft_story *story, raft_id from, raft_id to)
{
    raft_sim_link_release(raft_story_world(story), from, to);
}

static void decide_fate(struct raft_story *story, raft_id from, raft_id to)
{
    uint64_t nth = 1;
    enum raft_sim_fate fate = RAFT_SIM_DELIVER;
    if (strcmp(story->words[0], "lose") == 0)
        fate = RAFT_SIM_LOSE;
    else if (strcmp(story->words[0], "copy") == 0)
        fate = RAFT_SIM_COPY;
    if (story->words_count > 2 && strcmp(story->words[2], "all") == 0) {
        while (fate != RAFT_SIM_COPY &&
               raft_sim_link_nth(raft_story_world(story), from, to, 1, fate))
            continue;
        return;
    }
    if (story->words_count > 2 && !raft_story_number(story, story->words[2], &nth))
        return;
    if (!raft_sim_link_nth(raft_story_world(story), from, to, (uint32_t)nth, fate))
        (void)raft_story_fail(story, "n%u>n%u holds no %llu messages", (unsigned)from, (unsigned)to,
                              (unsigned long long)nth);
}

static void drop_next(struct raft_story *story, raft_id from, raft_id to)
{
    uint64_t count = 1;
    enum raft_message_type type = (enum raft_message_type)0;
    if (strcmp(story->words[2], "any") != 0 && !raft_story_type(story, story->words[2], &type))
        return;
    if (story->words_count > 3 && !raft_story_number(story, story->words[3], &count))
        return;
    raft_sim_link_lose(raft_story_world(story), from, to, type, (uint32_t)count);
}

static void fill_link(struct raft_story *story, const char *word, struct raft_fault *fault)
{
    raft_story_set from;
    raft_story_set to;
    bool both;
    if (!raft_story_link(story, word, &from, &to, &both))
        return;
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if (is_in(from, id))
            fault->row[id - 1] |= to;
        if (both && is_in(to, id))
            fault->row[id - 1] |= from;
    }
}

static bool read_body(struct raft_story *story, struct raft_message *message,
                      struct raft_entry *entries)
{
    switch (message->type) {
    case RAFT_MESSAGE_VOTE:
        return read_vote(story, &message->vote);
    case RAFT_MESSAGE_VOTE_REPLY:
        message->vote_reply.pre = raft_story_has(story, 3, "pre");
        message->vote_reply.granted = raft_story_has(story, 3, "granted");
        return true;
    case RAFT_MESSAGE_APPEND:
        return read_append(story, &message->append, entries);
    case RAFT_MESSAGE_APPEND_REPLY:
        return read_append_reply(story, &message->append_reply);
    case RAFT_MESSAGE_READ_REPLY:
        message->read_reply.refused = raft_story_has(story, 3, "refused");
        return read_number_option(story, "index", &message->read_reply.index);
    case RAFT_MESSAGE_TIMEOUT_NOW:
    case RAFT_MESSAGE_READ:
        return true;
    case RAFT_MESSAGE_SNAPSHOT:
        return read_offer(story, &message->snapshot);
    }
    return false;
}

/* An offer of an image that nobody has. */
static bool read_offer(struct raft_story *story, struct raft_snapshot *snapshot)
{
    const char *last = raft_story_value(story, 3, "last");
    snapshot->bytes = 1;
    return last != NULL && raft_story_position(story, last, &snapshot->index, &snapshot->term);
}

static bool read_append(struct raft_story *story, struct raft_append *append,
                        struct raft_entry *entries)
{
    raft_term terms[ENTRIES_MAX];
    const char *list = raft_story_value(story, 3, "entries");
    const char *prev = raft_story_value(story, 3, "prev");
    if (prev != NULL && !raft_story_position(story, prev, &append->prev_index, &append->prev_term))
        return false;
    if (list != NULL && !raft_story_terms(story, list, terms, ENTRIES_MAX, &append->count))
        return false;
    for (uint32_t i = 0; i < append->count; i++)
        entries[i] = (struct raft_entry){
            .index = append->prev_index + 1 + i, .term = terms[i], .type = RAFT_ENTRY_NOOP};
    append->entries = entries;
    return read_number_option(story, "commit", &append->commit);
}

static bool read_vote(struct raft_story *story, struct raft_vote *vote)
{
    const char *last = raft_story_value(story, 3, "last");
    vote->pre = raft_story_has(story, 3, "pre");
    vote->transfer = raft_story_has(story, 3, "transfer");
    return last == NULL || raft_story_position(story, last, &vote->last_index, &vote->last_term);
}

static bool read_append_reply(struct raft_story *story, struct raft_append_reply *reply)
{
    const char *hint = raft_story_value(story, 3, "hint");
    reply->ok = raft_story_has(story, 3, "ok");
    if (hint != NULL && !raft_story_position(story, hint, &reply->hint_index, &reply->hint_term))
        return false;
    return read_number_option(story, "index", &reply->index) &&
           read_number_option(story, "last", &reply->last);
}

static bool read_number_option(struct raft_story *story, const char *key, uint64_t *value)
{
    const char *word = raft_story_value(story, 3, key);
    return word == NULL || raft_story_number(story, word, value);
}
