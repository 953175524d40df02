/* SPDX-License-Identifier: MIT */
#include "sim/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/hash.h"

enum { NAME_BYTES = 24, CONFIGS_AT_FIRST = 16, COMMITTED_AT_FIRST = 1024 };

static void open_eyes(struct raft_sim_watch *watch, const struct raft_sim_check *check,
                      void **state);
static void show(struct raft_sim_watch *watch, const struct raft_sim_eye *eye,
                 const struct raft_sim_sight *sight);
static void learn(struct raft_sim_watch *watch, const struct raft_sim_sight *sight);
static void learn_lost(struct raft_sim_facts *node);
static void learn_start(struct raft_sim_facts *node, raft_index snapshot);
static void learn_append(struct raft_sim_watch *watch, struct raft_sim_chain *chain,
                         const struct raft_entry *entry, uint64_t hash);
static void learn_commit(struct raft_sim_watch *watch, struct raft_sim_facts *node,
                         raft_index commit);
static void learn_promise(struct raft_sim_facts *node, const struct raft_sim_sight *sight);
static void learn_durable(struct raft_sim_watch *watch, struct raft_sim_facts *node,
                          const struct raft_log_write *write);
static uint64_t hash_written(const struct raft_sim_facts *node, const struct raft_entry *entry);
static void learn_install(struct raft_sim_watch *watch, struct raft_sim_chain *chain,
                          const struct raft_sim_sight *sight);
static uint32_t note_config(struct raft_sim_watch *watch, const struct raft_entry *entry,
                            uint64_t hash);

struct raft_sim_watch *raft_sim_watch_create(uint64_t voters, const raft_time *now)
{
    struct raft_sim_watch *watch = calloc(1, sizeof *watch);
    ASSERT(watch != NULL);
    watch->now = now;
    watch->configs_capacity = CONFIGS_AT_FIRST;
    watch->configs = calloc(watch->configs_capacity, sizeof *watch->configs);
    ASSERT(watch->configs != NULL);
    watch->configs[watch->configs_count++] = (struct raft_sim_config){.voters = voters};
    for (size_t i = 0; raft_sim_checks[i] != NULL; i++) {
        ASSERT(i < RAFT_SIM_CHECKS_MAX);
        open_eyes(watch, raft_sim_checks[i], &watch->states[i]);
    }
    return watch;
}

void raft_sim_watch_blind(struct raft_sim_watch *watch, uint32_t mask)
{
    for (size_t kind = 0; kind < RAFT_SIM_SIGHTS; kind++)
        watch->eyes_count[kind] = 0;
    for (size_t i = 0; raft_sim_checks[i] != NULL; i++) {
        if ((mask >> i & 1) == 0)
            open_eyes(watch, raft_sim_checks[i], &watch->states[i]);
    }
}

void raft_sim_watch_destroy(struct raft_sim_watch *watch)
{
    for (size_t i = 0; raft_sim_checks[i] != NULL; i++) {
        if (raft_sim_checks[i]->finish != NULL && watch->states[i] != NULL)
            raft_sim_checks[i]->finish(watch->states[i]);
        free(watch->states[i]);
    }
    for (uint32_t i = 0; i < watch->nodes_count; i++) {
        if (watch->nodes[i] == NULL)
            continue;
        raft_sim_chain_finish(&watch->nodes[i]->chain);
        raft_sim_chain_finish(&watch->nodes[i]->disk.chain);
        free(watch->nodes[i]);
    }
    raft_sim_chain_finish(&watch->committed);
    free(watch->committed_in);
    free(watch->configs);
    free(watch);
}

void raft_sim_watch_see(struct raft_sim_watch *watch, struct raft_sim_sight *sight)
{
    if (sight->kind == RAFT_SIM_SEES_APPEND) {
        const struct raft_sim_chain *chain = &raft_sim_watch_node(watch, sight->id)->chain;
        sight->hash = raft_sim_chain_hash(chain, chain->count, sight->entry);
    }
    const struct raft_sim_eye *eye = watch->eyes[sight->kind];
    const struct raft_sim_eye *end = eye + watch->eyes_count[sight->kind];
    if (watch->failure[0] != '\0')
        return;
    for (; eye < end && watch->failure[0] == '\0'; eye++)
        show(watch, eye, sight);
    watch->present = NULL;
    if (watch->failure[0] == '\0')
        learn(watch, sight);
}

void raft_sim_watch_fail(struct raft_sim_watch *watch, const char *format, ...)
{
    if (watch->failure[0] != '\0')
        return;
    watch->broken = watch->present != NULL ? watch->present : "world";
    int used = snprintf(watch->failure, sizeof watch->failure, "[%9.3f] %s%s",
                        (double)*watch->now / 1000.0, watch->present != NULL ? watch->broken : "",
                        watch->present != NULL ? ": " : "");
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(watch->failure + used, sizeof watch->failure - (size_t)used, format, arguments);
    va_end(arguments);
}

struct raft_sim_facts *raft_sim_watch_node(struct raft_sim_watch *watch, raft_id id)
{
    ASSERT(id >= 1 && id <= RAFT_SIM_WATCH_NODES_MAX);
    if (watch->nodes[id - 1] == NULL) {
        watch->nodes[id - 1] = calloc(1, sizeof *watch->nodes[0]);
        ASSERT(watch->nodes[id - 1] != NULL);
        watch->nodes[id - 1]->id = id;
        if (watch->nodes_count < id)
            watch->nodes_count = id;
    }
    return watch->nodes[id - 1];
}

bool raft_sim_watch_repeats(struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    const struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    return sight->kind == RAFT_SIM_SEES_PROMISE && sight->term == node->promised.term &&
           sight->peer == node->promised.vote;
}

uint64_t raft_sim_watch_holders(const struct raft_sim_watch *watch,
                                const struct raft_sim_chain *chain, raft_index index)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < watch->nodes_count; i++) {
        if (watch->nodes[i] != NULL &&
            raft_sim_chain_agree(&watch->nodes[i]->disk.chain, chain, index))
            set |= UINT64_C(1) << i;
    }
    return set;
}

const struct raft_sim_config *raft_sim_watch_config(const struct raft_sim_watch *watch,
                                                    const struct raft_sim_chain *chain,
                                                    raft_index index)
{
    size_t count = index < chain->count ? (size_t)index : chain->count;
    return &watch->configs[count == 0 ? 0 : chain->entries[count - 1].config];
}

uint64_t raft_sim_watch_name(const void *data, size_t bytes)
{
    static const uint8_t nobody[8];
    if (bytes < NAME_BYTES ||
        memcmp((const uint8_t *)data + NAME_BYTES - sizeof nobody, nobody, sizeof nobody) == 0)
        return 0;
    return raft_hash_words(RAFT_HASH_SEED, data, NAME_BYTES);
}

static void open_eyes(struct raft_sim_watch *watch, const struct raft_sim_check *check,
                      void **state)
{
    for (size_t kind = 0; kind < RAFT_SIM_SIGHTS; kind++) {
        if (check->see[kind] != NULL)
            watch->eyes[kind][watch->eyes_count[kind]++] =
                (struct raft_sim_eye){check, check->see[kind], state};
    }
}

/* Some checkers keep much, and not every world shows them anything. */
static void show(struct raft_sim_watch *watch, const struct raft_sim_eye *eye,
                 const struct raft_sim_sight *sight)
{
    if (watch->lies && !eye->check->local)
        return;
    if (*eye->state == NULL)
        *eye->state = calloc(1, eye->check->bytes + 1);
    ASSERT(*eye->state != NULL);
    watch->present = eye->check->name;
    eye->look(*eye->state, watch, sight);
}

static void learn(struct raft_sim_watch *watch, const struct raft_sim_sight *sight)
{
    if (sight->id == 0)
        return; /* It is about no node. */
    struct raft_sim_facts *node = raft_sim_watch_node(watch, sight->id);
    switch (sight->kind) {
    case RAFT_SIM_SEES_START:
        learn_start(node, sight->index);
        break;
    case RAFT_SIM_SEES_CRASH:
        node->up = false;
        node->role = RAFT_ROLE_FOLLOWER;
        break;
    case RAFT_SIM_SEES_TERM:
    case RAFT_SIM_SEES_ROLE:
        node->term = sight->term;
        if (sight->kind == RAFT_SIM_SEES_ROLE)
            node->role = sight->role;
        break;
    case RAFT_SIM_SEES_APPEND:
        learn_append(watch, &node->chain, sight->entry, sight->hash);
        break;
    case RAFT_SIM_SEES_TRUNCATE:
        raft_sim_chain_truncate(&node->chain, sight->index);
        break;
    case RAFT_SIM_SEES_INSTALL:
        learn_install(watch, &node->chain, sight);
        node->commit = sight->index;
        node->applied = sight->index;
        break;
    case RAFT_SIM_SEES_COMMIT:
        learn_commit(watch, node, sight->index);
        break;
    case RAFT_SIM_SEES_APPLY:
        node->applied = sight->entry->index;
        break;
    case RAFT_SIM_SEES_PROMISE:
        learn_promise(node, sight);
        break;
    case RAFT_SIM_SEES_DURABLE:
        learn_durable(watch, node, sight->write);
        break;
    case RAFT_SIM_SEES_LOST:
        learn_lost(node);
        break;
    case RAFT_SIM_SEES_ASKED:
    case RAFT_SIM_SEES_VOTE:
    case RAFT_SIM_SEES_CONFIG:
    case RAFT_SIM_SEES_MATCH:
    case RAFT_SIM_SEES_SENT:
    case RAFT_SIM_SEES_ANSWERED:
    case RAFT_SIM_SEES_CALL:
    case RAFT_SIM_SEES_RETURN:
    case RAFT_SIM_SEES_HEALED:
    case RAFT_SIM_SEES_DUE:
    case RAFT_SIM_SEES_END:
    case RAFT_SIM_SIGHTS:
        break;
    }
}

static void learn_lost(struct raft_sim_facts *node)
{
    node->lost = true;
    node->disk.chain.count = 0;
    node->disk.term = 0;
    node->disk.vote = 0;
    node->disk.commit = 0;
}

static void learn_start(struct raft_sim_facts *node, raft_index snapshot)
{
    raft_sim_chain_copy(&node->chain, &node->disk.chain, node->disk.chain.count);
    for (size_t i = 0; i < node->chain.count; i++)
        node->chain.entries[i].data = NULL; /* Those bytes died with the last life. */
    node->term = node->disk.term;
    node->commit = snapshot;
    node->applied = snapshot;
    node->role = RAFT_ROLE_FOLLOWER;
    node->up = true;
}

static void learn_append(struct raft_sim_watch *watch, struct raft_sim_chain *chain,
                         const struct raft_entry *entry, uint64_t hash)
{
    uint32_t config = chain->count == 0 ? 0 : chain->entries[chain->count - 1].config;
    if (entry->type == RAFT_ENTRY_CONFIG)
        config = note_config(watch, entry, hash);
    raft_sim_chain_push(chain,
                        (struct raft_sim_chain_entry){entry->term, hash, config, entry->data});
}

/* What nobody had committed before is committed now. */
static void learn_commit(struct raft_sim_watch *watch, struct raft_sim_facts *node,
                         raft_index commit)
{
    node->commit = commit;
    while (watch->committed.count < commit && watch->committed.count < node->chain.count) {
        size_t count = watch->committed.count;
        if (count == watch->committed_in_capacity) {
            watch->committed_in_capacity = count == 0 ? COMMITTED_AT_FIRST : 2 * count;
            watch->committed_in = realloc(watch->committed_in, watch->committed_in_capacity *
                                                                   sizeof *watch->committed_in);
            ASSERT(watch->committed_in != NULL);
        }
        watch->committed_in[count] = node->term;
        raft_sim_chain_push(&watch->committed, node->chain.entries[count]);
    }
}

static void learn_promise(struct raft_sim_facts *node, const struct raft_sim_sight *sight)
{
    node->promised.term = sight->term;
    node->promised.vote = sight->peer;
    node->promised.acked = sight->index;
    node->promised.hash = 0;
    if (sight->index > 0 && sight->index <= node->disk.chain.count)
        node->promised.hash = node->disk.chain.entries[sight->index - 1].hash;
}

static void learn_durable(struct raft_sim_watch *watch, struct raft_sim_facts *node,
                          const struct raft_log_write *write)
{
    struct raft_sim_chain *chain = &node->disk.chain;
    if (write->install != NULL) {
        struct raft_sim_sight install = {.index = write->install->index,
                                         .keep = write->keep_suffix};
        learn_install(watch, chain, &install);
        node->disk.commit = write->install->index;
    }
    if (write->truncate > 0)
        raft_sim_chain_truncate(chain, write->truncate);
    for (uint32_t i = 0; i < write->count; i++) {
        uint64_t hash = hash_written(node, &write->entries[i]);
        learn_append(watch, chain, &write->entries[i], hash);
    }
    node->disk.term = write->term;
    node->disk.vote = write->vote;
    if (write->commit > node->disk.commit)
        node->disk.commit = write->commit;
}

/* What a node writes it has appended before, and holds the bytes until they are durable: if these
 * are they, in the same place of an equal chain, the hash is known. */
static uint64_t hash_written(const struct raft_sim_facts *node, const struct raft_entry *entry)
{
    const struct raft_sim_chain *memory = &node->chain;
    const struct raft_sim_chain *disk = &node->disk.chain;
    size_t before = disk->count;
    if (node->up && entry->data != NULL && before < memory->count &&
        raft_sim_chain_agree(memory, disk, before) && memory->entries[before].data == entry->data &&
        memory->entries[before].term == entry->term)
        return memory->entries[before].hash;
    return raft_sim_chain_hash(disk, before, entry);
}

/* A snapshot stands for the committed log up to its index. */
static void learn_install(struct raft_sim_watch *watch, struct raft_sim_chain *chain,
                          const struct raft_sim_sight *sight)
{
    size_t count = (size_t)sight->index;
    if (count > watch->committed.count)
        count = watch->committed.count;
    if (sight->keep && raft_sim_chain_agree(chain, &watch->committed, count))
        return;
    raft_sim_chain_copy(chain, &watch->committed, count);
}

/* The number of a configuration; each entry is known once. */
static uint32_t note_config(struct raft_sim_watch *watch, const struct raft_entry *entry,
                            uint64_t hash)
{
    struct raft_sim_config config = {.index = entry->index, .hash = hash};
    for (uint32_t i = watch->configs_count; i-- > 1;) {
        if (watch->configs[i].index == entry->index && watch->configs[i].hash == hash)
            return i;
    }
    if (!raft_sim_config_decode(entry, &config) && !watch->lies)
        raft_sim_watch_fail(watch, "config: entry %llu holds none",
                            (unsigned long long)entry->index);
    if (watch->configs_count == watch->configs_capacity) {
        watch->configs_capacity *= 2;
        watch->configs = realloc(watch->configs, watch->configs_capacity * sizeof *watch->configs);
        ASSERT(watch->configs != NULL);
    }
    watch->configs[watch->configs_count] = config;
    return watch->configs_count++;
}
