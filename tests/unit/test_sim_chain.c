/* SPDX-License-Identifier: MIT
 *
 * What the checkers stand on: chains of hashes, marks, and the queue of what is to come, compared
 * with plain ways to do the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "sim/internal.h"

enum { ROUNDS = 20000, PAIRS = 4000 };

static struct raft_entry make_entry(raft_index index, raft_term term, const char *text)
{
    return (struct raft_entry){.index = index,
                               .term = term,
                               .type = RAFT_ENTRY_COMMAND,
                               .bytes = (uint32_t)strlen(text),
                               .data = text};
}

static void push(struct raft_sim_chain *chain, const struct raft_entry *entry)
{
    uint64_t hash = raft_sim_chain_hash(chain, chain->count, entry);
    raft_sim_chain_push(chain, (struct raft_sim_chain_entry){.term = entry->term, .hash = hash});
}

static void chains_agree_as_far_as_they_are_equal(void **state)
{
    struct raft_sim_chain a = {0};
    struct raft_sim_chain b = {0};
    struct raft_entry same = make_entry(1, 1, "same");
    struct raft_entry one = make_entry(2, 1, "one");
    struct raft_entry two = make_entry(2, 1, "two");
    (void)state;
    push(&a, &same);
    push(&b, &same);
    push(&a, &one);
    push(&b, &two);
    push(&a, &same);
    push(&b, &same);
    assert_true(raft_sim_chain_agree(&a, &b, 0));
    assert_true(raft_sim_chain_agree(&a, &b, 1));
    assert_false(raft_sim_chain_agree(&a, &b, 2));
    assert_false(raft_sim_chain_agree(&a, &b, 3)); /* An equal entry after different ones. */
    assert_false(raft_sim_chain_agree(&a, &b, 4)); /* Nobody has it. */
    raft_sim_chain_truncate(&b, 2);
    push(&b, &one);
    assert_true(raft_sim_chain_agree(&a, &b, 2));
    raft_sim_chain_copy(&b, &a, 3);
    assert_true(raft_sim_chain_agree(&a, &b, 3));
    raft_sim_chain_finish(&a);
    raft_sim_chain_finish(&b);
}

/* One bit anywhere, the length, the term and the type each change the hash. */
static void a_hash_sees_every_bit(void **state)
{
    struct raft_sim_chain chain = {0};
    uint8_t bytes[100];
    (void)state;
    memset(bytes, 0x5a, sizeof bytes);
    struct raft_entry entry = {
        .index = 1, .term = 1, .type = RAFT_ENTRY_COMMAND, .bytes = sizeof bytes, .data = bytes};
    uint64_t hash = raft_sim_chain_hash(&chain, 0, &entry);
    for (uint32_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_true(raft_sim_chain_hash(&chain, 0, &entry) != hash);
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (uint32_t length = 0; length < sizeof bytes; length++) {
        entry.bytes = length;
        assert_true(raft_sim_chain_hash(&chain, 0, &entry) != hash);
    }
    entry.bytes = sizeof bytes;
    entry.term = 2;
    assert_true(raft_sim_chain_hash(&chain, 0, &entry) != hash);
    entry.term = 1;
    entry.type = RAFT_ENTRY_CONFIG;
    assert_true(raft_sim_chain_hash(&chain, 0, &entry) != hash);
    entry.type = RAFT_ENTRY_COMMAND;
    assert_true(raft_sim_chain_hash(&chain, 0, &entry) == hash);
}

/* Wherever the bytes lie, their hash is the same. */
static void word_hashes_see_bytes_not_places(void **state)
{
    static const char text[] = "The quick brown fox jumps over the lazy dog, twice.";
    (void)state;
    assert_true(raft_hash_word(RAFT_HASH_SEED, 1) != raft_hash_word(RAFT_HASH_SEED, 2));
    assert_true(raft_hash_words(1, text, 10) != raft_hash_words(2, text, 10));
    for (size_t bytes = 0; bytes < sizeof text; bytes++) {
        char moved[sizeof text + 1];
        memcpy(moved + 1, text, sizeof text);
        assert_true(raft_hash_words(7, text, bytes) == raft_hash_words(7, moved + 1, bytes));
    }
}

/* The checksum of a datagram is such a hash: other values are another wire version. */
static void word_hashes_stay_what_they_are(void **state)
{
    uint64_t hash = RAFT_HASH_SEED;
    uint8_t bytes[128];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 11);
    for (size_t count = 0; count <= sizeof bytes; count++)
        hash = raft_hash_words(hash, bytes, count);
    assert_true(hash == 0xd0a9c2b93021df21ULL);
}

struct pair {
    uint64_t a;
    uint64_t b;
    uint64_t value;
};

static const struct pair *find_pair(const struct pair *pairs, size_t count, uint64_t a, uint64_t b)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].a == a && pairs[i].b == b)
            return &pairs[i];
    }
    return NULL;
}

static void marks_keep_what_was_said_first(void **state)
{
    static struct pair pairs[PAIRS];
    struct raft_sim_marks marks = {0};
    struct raft_random random;
    size_t count = 0;
    uint64_t value = 0;
    (void)state;
    raft_random_seed(&random, 5);
    for (uint32_t round = 0; round < ROUNDS && count < PAIRS; round++) {
        /* Small and huge numbers, often the same ones. */
        uint64_t a = 1 + raft_random_below(&random, 500);
        uint64_t b = raft_random_below(&random, 4);
        if (raft_random_below(&random, 4) == 0)
            a *= UINT64_C(0x123456789abcdef);
        uint64_t said = raft_random_below(&random, 3);
        const struct pair *known = find_pair(pairs, count, a, b);
        assert_true(raft_sim_marks_find(&marks, a, b, &value) == (known != NULL));
        if (known != NULL)
            assert_true(value == known->value);
        assert_true(raft_sim_marks_note(&marks, a, b, said) ==
                    (known == NULL || known->value == said));
        if (known == NULL)
            pairs[count++] = (struct pair){a, b, said};
    }
    assert_true(count > 1000);
    *raft_sim_marks_at(&marks, pairs[0].a, pairs[0].b) = 99;
    assert_true(raft_sim_marks_find(&marks, pairs[0].a, pairs[0].b, &value));
    assert_int_equal(value, 99);
    raft_sim_marks_finish(&marks);
}

/* By time, and at one time in the order of making. */
static void a_queue_keeps_order(void **state)
{
    struct raft_sim_queue queue = {0};
    struct raft_sim_event event = {0};
    struct raft_random random;
    uint64_t made = 0;
    raft_time last_at = 0;
    uint64_t last_made = 0;
    size_t inside = 0;
    (void)state;
    raft_random_seed(&random, 6);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        if (raft_random_below(&random, 100) < 52 || inside == 0) {
            event.at = last_at + raft_random_below(&random, 20);
            event.epoch = ++made;
            raft_sim_queue_push(&queue, &event);
            inside++;
            continue;
        }
        raft_time next = raft_sim_queue_next(&queue);
        assert_false(raft_sim_queue_pop(&queue, next - 1, &event));
        assert_true(raft_sim_queue_pop(&queue, next, &event));
        assert_true(event.at == next && event.at >= last_at);
        assert_true(event.at > last_at || event.epoch > last_made);
        last_at = event.at;
        last_made = event.epoch;
        inside--;
    }
    while (raft_sim_queue_pop(&queue, UINT64_MAX, &event))
        inside--;
    assert_int_equal(inside, 0);
    assert_true(raft_sim_queue_next(&queue) == UINT64_MAX);
    raft_sim_queue_finish(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_agree_as_far_as_they_are_equal),
        cmocka_unit_test(a_hash_sees_every_bit),
        cmocka_unit_test(word_hashes_see_bytes_not_places),
        cmocka_unit_test(word_hashes_stay_what_they_are),
        cmocka_unit_test(marks_keep_what_was_said_first),
        cmocka_unit_test(a_queue_keeps_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
