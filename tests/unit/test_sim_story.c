/* SPDX-License-Identifier: MIT
 *
 * Stories that are wrong: each is refused, in the line where it is wrong, with a sentence. What a
 * fuzzer found stands here too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/sim.h"

struct wrong {
    const char *text;
    const char *message;
};

static const struct wrong wrongs[] = {
    {"start n1", "1: the first command must be nodes"},
    {"nodes", "1: usage: nodes N"},
    {"nodes 64", "1: nodes must be 1..63"},
    {"nodes 3\nstart leader", "2: nobody leads"},
    {"nodes 3\nexpect packets<=x", "2: not a number: x"},
    {"nodes 3\nfor x in 1", "2: usage: for $x in"},
    {"nodes 3\nfor $x in 1\nstart n1", "3: the end of a loop is missing"},
    {"nodes 3\nfor $x in 1\nfor $y in 1\nend\nend", "3: no loop in a loop"},
    {"nodes 3\nfor $x in 1..3\nstart n$x\nexpect n3 up\nend", "4: n3 is not up"},
    {"nodes 3\nfor $x in 1..z\nend", "3: not a range: 1..z"},
    {"nodes 3\nfor $x in 1..99999\nend", "2: more than 10000 rounds"},
    {"nodes 3 batch=0", "1: not a size: batch=0"},
    {"nodes 3\nsing", "2: no such command: sing"},
    {"nodes 3\nstart n4", "2: no such node: n4"},
    {"nodes 3\nstate n1 log=2,1", "2: terms begin at 1 and never decrease"},
    {"nodes 3\nstate n1 log=0", "2: terms begin at 1 and never decrease"},
    {"nodes 3\nstate n1 log=3 term=2", "2: terms begin at 1 and never decrease"},
    {"nodes 3\nstate n1 log=1 commit=2", "2: terms begin at 1 and never decrease"},
    {"nodes 3\nstart n1\nstate n1 term=1", "3: n1 was started already"},
    {"nodes 3\nstate n1 term=1 vote=n1 role=boss", "2: a role is leader or candidate"},
    {"nodes 3\nstate n1 term=1 vote=n2 role=leader", "2: a role is one node's, with a term and"},
    {"nodes 3\nstate all term=1 vote=n1 role=leader", "2: a role is one node's, with a term and"},
    {"nodes 3\nstate n1 vote=n1 role=leader", "2: a role is one node's, with a term and"},
    {"nodes 3\nstate n1 term=1 vote=n1 role=leader next=n2", "2: not node:index: n2"},
    {"nodes 3\nstate n1 log=1 vote=n1 role=leader next=n2:3", "2: next and match are of others"},
    {"nodes 3\nstate n1 log=1 vote=n1 role=leader match=n2:2", "2: next and match are of others"},
    {"nodes 3\nstate n1 log=1 vote=n1 role=leader next=n1:1", "2: next and match are of others"},
    {"nodes 3\ntimeout n1=200ms", "2: timeouts are drawn from [T, 2T)"},
    {"nodes 3\nstart n1\nrun until n1 candidate within=1ms", "3: in vain: n1 is not candidate"},
    {"nodes 3\nstart n1\nrun until n1 seen=nothing", "3: no such substate: nothing"},
    {"nodes 3\nstart n1\nrun until n1 term=x", "3: not a number: x"},
    {"nodes 3\nexpect leader", "2: it is not so: leader"},
    {"nodes 3\ndeliver n1>n2", "2: n1>n2 holds no 1 messages"},
    {"nodes 3\ncut n1", "2: not a link (n1>n2, n1-n2): n1"},
    {"nodes 3\ntrace loud", "2: no such topic: loud"},
};

static void says_where_a_story_is_wrong(void **state)
{
    FILE *nowhere = fopen("/dev/null", "we");
    (void)state;
    assert_non_null(nowhere);
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        char message[512] = "";
        assert_false(raft_sim_story_play(wrongs[i].text, nowhere, message, sizeof message));
        if (strncmp(message, wrongs[i].message, strlen(wrongs[i].message)) != 0) {
            fail_msg("\"%s\" gave \"%s\"", wrongs[i].text, message);
        }
    }
    fclose(nowhere);
}

static void ends_a_story_that_is_too_long(void **state)
{
    FILE *nowhere = fopen("/dev/null", "we");
    char message[512] = "";
    (void)state;
    assert_non_null(nowhere);
    assert_false(raft_sim_story_play_within("nodes 3\nstart all\nrun for 3600s\n", 1000, nowhere,
                                            message, sizeof message));
    assert_string_equal(message, "3: too much happens: the story is too long");
    assert_true(raft_sim_story_play_within("nodes 3\nstart all\nrun until converged\n", 1000,
                                           nowhere, message, sizeof message));
    fclose(nowhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_where_a_story_is_wrong),
        cmocka_unit_test(ends_a_story_that_is_too_long),
    };
    return cmocka_run_group_tests_name("sim_story", tests, NULL, NULL);
}
