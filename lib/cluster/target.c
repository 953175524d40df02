/* SPDX-License-Identifier: MIT */
#include "cluster/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum word {
    WORD_ALL,
    WORD_LEADER,
    WORD_FOLLOWERS,
    WORD_FOLLOWER,
    WORD_CANDIDATE,
    WORD_MINORITY,
    WORD_MAJORITY,
    WORD_UP,
    WORD_DOWN,
    WORD_PAUSED,
    WORD_VOTERS,
    WORD_LEARNERS,
    WORD_RANGE, /* n1, 1-3: not a word at all */
    WORD_NAME   /* of one node */
};

static const char *const words[] = {
    [WORD_ALL] = "all",
    [WORD_LEADER] = "leader",
    [WORD_FOLLOWERS] = "followers",
    [WORD_FOLLOWER] = "follower",
    [WORD_CANDIDATE] = "candidate",
    [WORD_MINORITY] = "minority",
    [WORD_MAJORITY] = "majority",
    [WORD_UP] = "up",
    [WORD_DOWN] = "down",
    [WORD_PAUSED] = "paused",
    [WORD_VOTERS] = "voters",
    [WORD_LEARNERS] = "learners",
};

/* One part between commas. */
struct item {
    bool minus;
    enum word word;
    raft_id first;
    raft_id last;
    char text[64];
};

/* The set under construction: one flag for each place in the view. */
struct choice {
    const struct raft_view *view;
    struct raft_random *random;
    bool in[RAFT_NODES_MAX];
    bool picked;
    char *message;
    size_t message_bytes;
};

static bool read_item(const char **text, struct item *item);
static enum raft_error resolve_item(struct choice *choice, const struct item *item,
                                    bool in[RAFT_NODES_MAX]);

bool raft_target_is_word(const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_name_of_one(const struct raft_view *view, const char *name)
{
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (strcmp(view->nodes[i].service.name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool raft_target_is_well_formed(const char *text, const struct raft_view *view)
{
    struct item item;
    while (read_item(&text, &item)) {
        if (item.word == WORD_NAME && view != NULL && !is_name_of_one(view, item.text)) {
            return false;
        }
        if (*text == 0) {
            return true;
        }
        text++; /* the comma */
    }
    return false;
}

void raft_target_describe(const struct raft_view *view, char *text, size_t bytes)
{
    uint32_t count = view->nodes_count;
    if (count == 0) {
        snprintf(text, bytes, "no nodes");
        return;
    }
    raft_id first = view->nodes[0].id;
    raft_id last = view->nodes[count - 1].id;
    if (count == 1) {
        snprintf(text, bytes, "n%u", first);
        return;
    }
    if (count > 2 && last - first + 1 == count) {
        snprintf(text, bytes, "n%u..n%u", first, last);
        return;
    }
    size_t used = 0;
    for (uint32_t i = 0; i < count && used < bytes; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        int n = snprintf(text + used, bytes - used, "%sn%u", before, view->nodes[i].id);
        used += n < 0 ? 0 : (size_t)n;
    }
}

enum raft_error raft_target_parse(const char *text, const struct raft_view *view,
                                  struct raft_random *random, struct raft_target *target,
                                  char *message, size_t message_bytes)
{
    memset(target, 0, sizeof *target);
    if (!raft_target_is_well_formed(text, view)) {
        snprintf(message, message_bytes,
                 "\"%s\" is not a target (n1, 1,3, 1-3, all, leader, followers, !n2, ..)", text);
        return RAFT_INVALID;
    }
    struct choice choice = {
        .view = view, .random = random, .message = message, .message_bytes = message_bytes};
    struct item item;
    for (bool first = true; read_item(&text, &item); first = false) {
        bool in[RAFT_NODES_MAX] = {false};
        enum raft_error error = resolve_item(&choice, &item, in);
        if (error != RAFT_OK) {
            return error;
        }
        for (uint32_t i = 0; i < view->nodes_count; i++) {
            choice.in[i] = item.minus ? (first || choice.in[i]) && !in[i] : choice.in[i] || in[i];
        }
        if (*text == 0) {
            break;
        }
        text++;
    }
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        if (choice.in[i]) {
            target->ids[target->count++] = view->nodes[i].id;
        }
    }
    target->picked = choice.picked;
    if (target->count == 0) {
        snprintf(message, message_bytes, "that names no node of cluster %s", view->name);
        return RAFT_NOT_FOUND;
    }
    return RAFT_OK;
}

static bool read_id(const char **text, raft_id *id)
{
    const char *at = *text + (**text == 'n' ? 1 : 0);
    char *end = NULL;
    if (*at < '0' || *at > '9') {
        return false;
    }
    unsigned long long value = strtoull(at, &end, 10);
    *id = value > UINT32_MAX ? UINT32_MAX : (raft_id)value;
    *text = end;
    return true;
}

static bool read_range(const char *text, struct item *item)
{
    if (!read_id(&text, &item->first)) {
        return false;
    }
    item->last = item->first;
    if (*text == '-') {
        text++;
        if (!read_id(&text, &item->last) || item->last < item->first) {
            return false;
        }
    }
    item->word = WORD_RANGE;
    return *text == 0;
}

/* Reads up to a comma or the end; *text is left there. */
static bool read_item(const char **text, struct item *item)
{
    memset(item, 0, sizeof *item);
    const char *from = *text;
    item->minus = *from == '!';
    from += item->minus ? 1 : 0;
    size_t bytes = strcspn(from, ",");
    if (bytes == 0 || bytes >= sizeof item->text) {
        return false;
    }
    memcpy(item->text, from, bytes);
    *text = from + bytes;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], item->text) == 0) {
            item->word = (enum word)i;
            return true;
        }
    }
    if (read_range(item->text, item)) {
        return true;
    }
    item->word = WORD_NAME;
    return raft_spec_is_node_name(item->text);
}

static enum raft_error refuse(struct choice *choice, enum raft_error error, const char *what)
{
    snprintf(choice->message, choice->message_bytes, "%s in cluster %s", what, choice->view->name);
    return error;
}

/* Chooses count of the marked ones at random and unmarks the others. */
static void pick(struct choice *choice, bool in[RAFT_NODES_MAX], uint32_t count)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < choice->view->nodes_count; i++) {
        left += in[i] ? 1 : 0;
    }
    for (uint32_t i = 0; i < choice->view->nodes_count; i++) {
        if (in[i]) {
            in[i] = raft_random_below(choice->random, left) < count;
            count -= in[i] ? 1 : 0;
            left--;
        }
    }
    choice->picked = true;
}

static bool is_follower(const struct raft_view *view, const struct raft_view_node *node)
{
    return node->process == RAFT_SHM_PROCESS_UP && node->id != view->leader &&
           node->node.role == RAFT_ROLE_FOLLOWER && raft_view_is_voter(node);
}

static bool is_in(const struct raft_view *view, uint32_t i, const struct item *item)
{
    const struct raft_view_node *node = &view->nodes[i];
    switch (item->word) {
    case WORD_ALL:
        return true;
    case WORD_VOTERS:
    case WORD_MINORITY:
    case WORD_MAJORITY:
        return raft_view_is_voter(node);
    case WORD_LEARNERS:
        return (node->member & RAFT_MEMBER_LEARNER) != 0;
    case WORD_LEADER:
        return node->id == view->leader;
    case WORD_FOLLOWERS:
    case WORD_FOLLOWER:
        return is_follower(view, node);
    case WORD_CANDIDATE:
        return node->process == RAFT_SHM_PROCESS_UP && node->node.role == RAFT_ROLE_CANDIDATE;
    case WORD_UP:
        return node->process == RAFT_SHM_PROCESS_UP;
    case WORD_DOWN:
        return node->process == RAFT_SHM_PROCESS_DOWN || node->process == RAFT_SHM_PROCESS_BACKOFF;
    case WORD_PAUSED:
        return node->process == RAFT_SHM_PROCESS_PAUSED;
    case WORD_RANGE:
        return node->id >= item->first && node->id <= item->last;
    case WORD_NAME:
        return strcmp(node->service.name, item->text) == 0;
    }
    return false;
}

static enum raft_error check_range(struct choice *choice, const struct item *item)
{
    for (raft_id id = item->first; id <= item->last; id++) {
        if (raft_view_find(choice->view, id) == NULL) {
            char has[128];
            raft_target_describe(choice->view, has, sizeof has);
            snprintf(choice->message, choice->message_bytes,
                     "no node n%u in cluster %s (it has %s)", id, choice->view->name, has);
            return RAFT_NOT_FOUND;
        }
        if (id == UINT32_MAX) {
            break;
        }
    }
    return RAFT_OK;
}

/* What it means when a word names nobody; NULL: an empty set is fine as a part. */
static const char *why_nobody(enum word word)
{
    switch (word) {
    case WORD_LEADER:
        return "nobody leads";
    case WORD_FOLLOWERS:
    case WORD_FOLLOWER:
        return "no node is a follower";
    case WORD_CANDIDATE:
        return "no node is a candidate";
    case WORD_UP:
        return "no node is up";
    case WORD_DOWN:
        return "no node is down";
    case WORD_PAUSED:
        return "no node is paused";
    case WORD_LEARNERS:
        return "there are no learners";
    case WORD_MINORITY:
        return "a minority is nobody";
    case WORD_MAJORITY:
    case WORD_ALL:
    case WORD_VOTERS:
    case WORD_RANGE:
    case WORD_NAME:
        return "there are no nodes";
    }
    return "there are no nodes";
}

static enum raft_error resolve_item(struct choice *choice, const struct item *item,
                                    bool in[RAFT_NODES_MAX])
{
    if (item->word == WORD_RANGE) {
        enum raft_error error = check_range(choice, item);
        if (error != RAFT_OK) {
            return error;
        }
    }
    bool random =
        item->word == WORD_FOLLOWER || item->word == WORD_MINORITY || item->word == WORD_MAJORITY;
    if (random && choice->random == NULL) {
        snprintf(choice->message, choice->message_bytes,
                 "\"%s\" is a random choice, which makes no sense here", item->text);
        return RAFT_INVALID;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < choice->view->nodes_count; i++) {
        in[i] = is_in(choice->view, i, item);
        count += in[i] ? 1 : 0;
    }
    uint32_t voters = item->word == WORD_FOLLOWER ? choice->view->voters : count;
    uint32_t wanted = item->word == WORD_MINORITY   ? (voters - (voters > 0 ? 1 : 0)) / 2
                      : item->word == WORD_MAJORITY ? voters / 2 + 1
                                                    : 1;
    if (count == 0 || (random && wanted == 0)) {
        return item->minus ? RAFT_OK : refuse(choice, RAFT_NOT_FOUND, why_nobody(item->word));
    }
    if (random) {
        pick(choice, in, wanted);
    }
    return RAFT_OK;
}
