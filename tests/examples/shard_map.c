/* SPDX-License-Identifier: MIT
 *
 * An app of one's own: the map of a sharded store, which every router must see alike (A18).
 *
 * The map says for each shard which node serves it, and has a version that each change adds one to.
 * A change names the version it was made for and is refused if the map has moved on since: so two
 * administrators who plan at once cannot mix their plans. The app is the first half of this file: a
 * state, six functions, and no thought of elections, disks or networks. The second half runs it on
 * a cluster of five in virtual time, where leaders die, and asks every node for the map.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/app.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/reader.h"
#include "sim/sim.h"

/* -- The app ------------------------------------------------------------------------------------*/

enum { SHARDS = 16, MAP_BYTES = 8 + 4 * SHARDS };

enum op { MOVE = 1, READ = 2 };

enum status { OK = 0, STALE = 1, BAD = 2 };

struct map {
    uint64_t version;
    raft_id nodes[SHARDS]; /* who serves the shard; 0 = nobody yet */
};

struct shard_map {
    struct raft_app app;
    struct map map;
};

/* One layout for an answer's map and for an image. */
static uint8_t *put_map(uint8_t *at, const struct map *map)
{
    at = raft_bytes_put(at, map->version, 8);
    for (size_t i = 0; i < SHARDS; i++)
        at = raft_bytes_put(at, map->nodes[i], 4);
    return at;
}

static bool take_map(struct raft_span bytes, struct map *map)
{
    struct raft_reader reader;
    raft_reader_init(&reader, bytes);
    map->version = raft_reader_number(&reader, 8);
    for (size_t i = 0; i < SHARDS; i++)
        map->nodes[i] = (raft_id)raft_reader_number(&reader, 4);
    return raft_reader_finish(&reader);
}

/* Every answer is a status and the map as it is now: who was refused sees at once why. */
static size_t answer(const struct map *map, enum status status, void *result)
{
    uint8_t *at = raft_bytes_put(result, status, 1);
    return (size_t)(put_map(at, map) - (uint8_t *)result);
}

/* MOVE: version u64, shard u16, node u32. */
static enum status move(struct map *map, struct raft_reader *reader)
{
    uint64_t version = raft_reader_number(reader, 8);
    uint64_t shard = raft_reader_number(reader, 2);
    raft_id node = (raft_id)raft_reader_number(reader, 4);
    if (!raft_reader_finish(reader) || shard >= SHARDS)
        return BAD;
    if (version != map->version)
        return STALE;
    map->nodes[shard] = node;
    map->version++;
    return OK;
}

static size_t run(struct map *map, bool may_write, struct raft_span command, void *result)
{
    struct raft_reader reader;
    enum status status = BAD;
    raft_reader_init(&reader, command);
    uint64_t op = raft_reader_number(&reader, 1);
    if (op == READ && raft_reader_finish(&reader))
        status = OK;
    else if (op == MOVE && may_write)
        status = move(map, &reader);
    return answer(map, status, result);
}

static size_t apply(struct raft_app *app, raft_index index, struct raft_span command, void *result)
{
    (void)index;
    return run(&((struct shard_map *)app)->map, true, command, result);
}

static size_t query(const struct raft_app *app, struct raft_span command, void *result)
{
    struct map map = ((const struct shard_map *)app)->map;
    return run(&map, false, command, result);
}

static uint64_t digest(const struct raft_app *app)
{
    uint8_t bytes[MAP_BYTES];
    (void)put_map(bytes, &((const struct shard_map *)app)->map);
    return raft_hash_words(RAFT_HASH_SEED, bytes, sizeof bytes);
}

/* Small enough for one piece. */
static bool take_snapshot(const struct raft_app *app, uint64_t *cursor, size_t bytes_max,
                          struct raft_app_sink *sink)
{
    uint8_t bytes[MAP_BYTES];
    (void)cursor;
    (void)bytes_max;
    (void)put_map(bytes, &((const struct shard_map *)app)->map);
    raft_app_put_span(sink, (struct raft_span){bytes, sizeof bytes});
    return false;
}

static bool restore(struct raft_app *app, struct raft_span image)
{
    struct map map;
    if (!take_map(image, &map))
        return false;
    ((struct shard_map *)app)->map = map;
    return true;
}

static void destroy(struct raft_app *app)
{
    free(app);
}

static const struct raft_app_ops ops = {
    .version = RAFT_APP_VERSION,
    .apply = apply,
    .query = query,
    .digest = digest,
    .snapshot = take_snapshot,
    .restore = restore,
    .destroy = destroy,
};

static struct raft_app *create_shard_map(void *context, raft_id id)
{
    struct shard_map *shard_map = calloc(1, sizeof *shard_map);
    (void)context;
    (void)id;
    ASSERT(shard_map != NULL);
    shard_map->app.ops = &ops;
    return &shard_map->app;
}

/* -- A cluster of five that runs it -------------------------------------------------------------*/

enum { NODES = 5, SECOND = 1000 * 1000 };

struct reply {
    bool came;
    enum raft_reply_status status; /* what the cluster says */
    enum status verdict;           /* what the app says */
    struct map map;
};

static void note_reply(void *context, enum raft_reply_status status, raft_index index,
                       struct raft_span result)
{
    struct reply *reply = context;
    const uint8_t *bytes = result.data;
    (void)index;
    *reply = (struct reply){.came = true, .status = status};
    if (status != RAFT_REPLY_OK)
        return;
    reply->verdict = (enum status)bytes[0];
    assert_true(take_map((struct raft_span){bytes + 1, result.bytes - 1}, &reply->map));
}

static struct raft_sim *start_cluster(uint64_t seed)
{
    struct raft_sim_options options;
    raft_sim_options_init(&options, NODES, seed);
    options.app = create_shard_map;
    options.snapshot_every = 20; /* Who comes back late gets an image. */
    options.snapshot_trailing = 2;
    struct raft_sim *sim = raft_sim_create(&options);
    for (raft_id id = 1; id <= NODES; id++)
        raft_sim_start(sim, id);
    return sim;
}

static raft_id await_leader(struct raft_sim *sim)
{
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    while (raft_sim_leader(sim) == 0 && raft_sim_now(sim) < end)
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    assert_int_not_equal(raft_sim_leader(sim), 0);
    return raft_sim_leader(sim);
}

static void await_reply(struct raft_sim *sim, const struct reply *reply)
{
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    while (!reply->came && raft_sim_now(sim) < end)
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    assert_null(raft_sim_failure(sim));
    assert_true(reply->came);
}

static struct raft_span make_move(uint64_t version, uint64_t shard, raft_id node)
{
    static uint8_t bytes[1 + 8 + 2 + 4];
    uint8_t *at = raft_bytes_put(bytes, MOVE, 1);
    at = raft_bytes_put(at, version, 8);
    at = raft_bytes_put(at, shard, 2);
    (void)raft_bytes_put(at, node, 4);
    return (struct raft_span){bytes, sizeof bytes};
}

/* Asks whoever leads to move a shard. */
static struct reply move_shard(struct raft_sim *sim, uint64_t version, uint64_t shard, raft_id node)
{
    struct reply reply = {.came = false};
    raft_id leader = await_leader(sim);
    raft_node_submit(raft_sim_node(sim, leader), make_move(version, shard, node), note_reply,
                     &reply);
    await_reply(sim, &reply);
    assert_int_equal(reply.status, RAFT_REPLY_OK);
    return reply;
}

/* Asks one node, whether it leads or follows, again and again while it knows of no leader; what it
 * says is as new as the question. */
static struct map read_map(struct raft_sim *sim, raft_id id)
{
    struct reply reply = {.came = false};
    raft_time end = raft_sim_now(sim) + 10 * SECOND;
    do {
        reply.came = false;
        raft_node_query(raft_sim_node(sim, id), (struct raft_span){"\2", 1}, note_reply, &reply);
        await_reply(sim, &reply);
        raft_sim_run(sim, raft_sim_now(sim) + 1000);
    } while (reply.status != RAFT_REPLY_OK && raft_sim_now(sim) < end);
    assert_int_equal(reply.status, RAFT_REPLY_OK);
    assert_int_equal(reply.verdict, OK);
    return reply.map;
}

/* Every node that is up reports this map. */
static void assert_all_report(struct raft_sim *sim, const struct map *map)
{
    for (raft_id id = 1; id <= NODES; id++) {
        if (raft_sim_node(sim, id) == NULL)
            continue;
        struct map seen = read_map(sim, id);
        assert_true(seen.version == map->version);
        assert_memory_equal(seen.nodes, map->nodes, sizeof map->nodes);
    }
}

/* Gives the shards to the nodes in turn. */
static struct map share_out(struct raft_sim *sim)
{
    struct map map = {.version = 0};
    for (uint64_t shard = 0; shard < SHARDS; shard++) {
        struct reply reply = move_shard(sim, map.version, shard, (raft_id)(1 + shard % NODES));
        assert_int_equal(reply.verdict, OK);
        assert_true(reply.map.version == map.version + 1);
        map = reply.map;
    }
    return map;
}

static void A18_every_node_reports_the_same_map_after_failover(void **state)
{
    struct raft_sim *sim = start_cluster(18);
    (void)state;
    struct map map = share_out(sim);
    assert_true(map.version == SHARDS);
    assert_all_report(sim, &map);
    /* Twice a leader dies, and its shards move to those who are left. */
    raft_id dead[2];
    for (int round = 0; round < 2; round++) {
        raft_id heir = 0;
        dead[round] = await_leader(sim);
        raft_sim_crash(sim, dead[round], 0);
        heir = await_leader(sim);
        for (uint64_t shard = 0; shard < SHARDS; shard++) {
            if (map.nodes[shard] == dead[round])
                map = move_shard(sim, map.version, shard, heir).map;
        }
        assert_all_report(sim, &map);
    }
    /* They come back, one behind the others' snapshots, and report what the others do. */
    for (int round = 0; round < 2; round++)
        raft_sim_start(sim, dead[round]);
    assert_all_report(sim, &map);
    struct raft_sim_counts counts;
    raft_sim_counts(sim, &counts);
    assert_true(counts.elections >= 3 && counts.snapshots > 0);
    raft_sim_destroy(&sim);
}

/* A plan made for an older map changes nothing, whoever leads by now. */
static void a_plan_for_an_older_map_is_refused(void **state)
{
    struct raft_sim *sim = start_cluster(19);
    (void)state;
    struct map map = share_out(sim);
    struct reply first = move_shard(sim, map.version, 3, 1);
    raft_sim_crash(sim, await_leader(sim), 0);
    struct reply second = move_shard(sim, map.version, 3, 2);
    assert_int_equal(first.verdict, OK);
    assert_int_equal(second.verdict, STALE);
    assert_true(second.map.version == first.map.version);
    assert_int_equal(second.map.nodes[3], 1);
    assert_all_report(sim, &first.map);
    raft_sim_destroy(&sim);
}

static raft_index last_entry(struct raft_sim *sim, raft_id id)
{
    struct raft_node_status status;
    raft_node_status(raft_sim_node(sim, id), &status);
    return status.core.last;
}

/* What only a dead leader has stored never was: the map of the others is the map. */
static void a_move_that_no_majority_stored_is_in_no_map(void **state)
{
    struct raft_sim *sim = start_cluster(20);
    struct reply lost = {.came = false};
    (void)state;
    struct map map = share_out(sim);
    raft_id leader = await_leader(sim);
    raft_index map_entry = last_entry(sim, leader);
    for (raft_id id = 1; id <= NODES; id++)
        raft_sim_link_lose(sim, leader, id, RAFT_MESSAGE_APPEND, 2);
    raft_node_submit(raft_sim_node(sim, leader), make_move(map.version, 0, 99), note_reply, &lost);
    raft_sim_run(sim, raft_sim_now(sim) + 2000);
    for (raft_id id = 1; id <= NODES; id++)
        assert_int_equal(last_entry(sim, id) > map_entry, id == leader);
    raft_sim_crash(sim, leader, UINT32_MAX);
    struct reply other = move_shard(sim, map.version, 0, 5);
    assert_int_equal(other.verdict, OK);
    raft_sim_start(sim, leader);
    assert_all_report(sim, &other.map);
    assert_int_equal(other.map.nodes[0], 5);
    assert_true(!lost.came || lost.status != RAFT_REPLY_OK);
    raft_sim_destroy(&sim);
}

static void hostile_commands_change_nothing(void **state)
{
    static const struct raft_span commands[] = {
        {NULL, 0}, {"\1", 1}, {"\2\2", 2}, {"\3", 1}, {"\1\0\0\0\0\0\0\0\0\0\20\0\0\0\1", 15}};
    struct raft_app *app = create_shard_map(NULL, 1);
    uint8_t result[1 + MAP_BYTES];
    uint64_t before = app->ops->digest(app);
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_int_equal(app->ops->apply(app, i + 1, commands[i], result), sizeof result);
        assert_int_equal(result[0], BAD);
        assert_int_equal(app->ops->query(app, commands[i], result), sizeof result);
        assert_int_equal(result[0], BAD);
    }
    assert_int_equal(app->ops->query(app, make_move(0, 1, 1), result), sizeof result);
    assert_int_equal(result[0], BAD); /* A question may not move anything. */
    assert_false(app->ops->restore(app, (struct raft_span){result, MAP_BYTES - 1}));
    assert_true(app->ops->digest(app) == before);
    raft_app_destroy(&app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(A18_every_node_reports_the_same_map_after_failover),
        cmocka_unit_test(a_plan_for_an_older_map_is_refused),
        cmocka_unit_test(a_move_that_no_majority_stored_is_in_no_map),
        cmocka_unit_test(hostile_commands_change_nothing),
    };
    return cmocka_run_group_tests_name("example: shard map", tests, NULL, NULL);
}
