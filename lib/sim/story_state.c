/* SPDX-License-Identifier: MIT
 *
 * The command of a story that says what nodes begin with: what their disks have, and, for a start
 * state, what they are from the first moment on.
 */
#include <stdio.h>
#include <string.h>

#include "sim/past.h"
#include "sim/story.h"

enum { TERMS_MAX = 1024 };

struct past {
    struct raft_log_state state;
    raft_term terms[TERMS_MAX];
    uint32_t count;
    enum raft_role role;
    struct raft_known_peer peers[RAFT_NODES_MAX];
    uint32_t peers_count;
};

static bool read_past(struct raft_story *story, struct past *past);
static bool is_possible(const struct past *past);
static bool read_role(struct raft_story *story, raft_story_set set, struct past *past);
static bool read_peers(struct raft_story *story, const char *key, struct past *past);
static struct raft_known_peer *find_peer(struct past *past, raft_id id);

bool raft_story_state(struct raft_story *story)
{
    static struct past past; /* large */
    raft_story_set set;
    memset(&past, 0, sizeof past);
    if (!raft_story_nodes(story, story->words[1], &set) || !read_past(story, &past))
        return false;
    if (!is_possible(&past))
        return raft_story_fail(story, "terms begin at 1 and never decrease; commit is in the log");
    if (!read_role(story, set, &past))
        return false;
    struct raft_sim *sim = raft_story_world(story);
    for (raft_id id = 1; id <= story->options.nodes; id++) {
        if ((set >> (id - 1) & 1) == 0)
            continue;
        if (raft_sim_process(sim, id)->lives > 0)
            return raft_story_fail(story, "n%u was started already", (unsigned)id);
        raft_sim_past(sim, id, &past.state, past.terms, past.count);
        if (past.role != RAFT_ROLE_FOLLOWER)
            raft_sim_force(sim, id, past.role, past.peers, past.peers_count);
    }
    return true;
}

static bool read_past(struct raft_story *story, struct past *past)
{
    const char *log = raft_story_value(story, 2, "log");
    const char *term = raft_story_value(story, 2, "term");
    const char *vote = raft_story_value(story, 2, "vote");
    const char *commit = raft_story_value(story, 2, "commit");
    if (log != NULL && !raft_story_terms(story, log, past->terms, TERMS_MAX, &past->count))
        return false;
    past->state.term = past->count > 0 ? past->terms[past->count - 1] : 0;
    if (term != NULL && !raft_story_number(story, term, &past->state.term))
        return false;
    if (vote != NULL && !raft_story_node(story, vote, &past->state.vote))
        return false;
    return commit == NULL || raft_story_number(story, commit, &past->state.commit);
}

static bool is_possible(const struct past *past)
{
    for (uint32_t i = 0; i < past->count; i++) {
        if (past->terms[i] < (i == 0 ? 1 : past->terms[i - 1]))
            return false;
    }
    return past->state.term >= (past->count == 0 ? 0 : past->terms[past->count - 1]) &&
           past->state.commit <= past->count;
}

/* "role=leader next=n2:6 match=n2:5": of one node, which has its own vote. */
static bool read_role(struct raft_story *story, raft_story_set set, struct past *past)
{
    const char *role = raft_story_value(story, 2, "role");
    raft_id self = 1;
    if (role == NULL)
        return true;
    while ((set & 1) == 0) {
        set >>= 1;
        self++;
    }
    past->role = strcmp(role, "leader") == 0      ? RAFT_ROLE_LEADER
                 : strcmp(role, "candidate") == 0 ? RAFT_ROLE_CANDIDATE
                                                  : RAFT_ROLE_FOLLOWER;
    if (past->role == RAFT_ROLE_FOLLOWER)
        return raft_story_fail(story, "a role is leader or candidate");
    if (set != 1 || past->state.term == 0 || past->state.vote != self)
        return raft_story_fail(story, "a role is one node's, with a term and its own vote");
    if (!read_peers(story, "next", past) || !read_peers(story, "match", past))
        return false;
    for (uint32_t i = 0; i < past->peers_count; i++) {
        struct raft_known_peer *peer = &past->peers[i];
        peer->next = peer->next == 0 ? past->count + 1 : peer->next;
        if (peer->id == self || peer->next > past->count + 1 || peer->match >= peer->next)
            return raft_story_fail(story, "next and match are of others, match below next, next at "
                                          "most one past the log");
    }
    return true;
}

/* "n2:6,n3:1" */
static bool read_peers(struct raft_story *story, const char *key, struct past *past)
{
    char text[RAFT_STORY_LINE_MAX];
    char *rest = text;
    const char *value = raft_story_value(story, 2, key);
    if (value == NULL)
        return true;
    (void)snprintf(text, sizeof text, "%s", value); /* It is a word of a line: it fits. */
    while (rest != NULL) {
        char *word = strsep(&rest, ",");
        char *colon = strchr(word, ':');
        uint64_t index;
        raft_id id;
        if (colon == NULL)
            return raft_story_fail(story, "not node:index: %s", word);
        *colon = '\0';
        if (!raft_story_node(story, word, &id) || !raft_story_number(story, colon + 1, &index))
            return false;
        struct raft_known_peer *peer = find_peer(past, id);
        *(key[0] == 'n' ? &peer->next : &peer->match) = index;
    }
    return true;
}

static struct raft_known_peer *find_peer(struct past *past, raft_id id)
{
    for (uint32_t i = 0; i < past->peers_count; i++) {
        if (past->peers[i].id == id)
            return &past->peers[i];
    }
    past->peers[past->peers_count].id = id;
    return &past->peers[past->peers_count++];
}
