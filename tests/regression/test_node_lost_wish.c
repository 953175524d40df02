/* SPDX-License-Identifier: MIT
 *
 * A follower that is far behind gets old entries, read from the log, in several appends. Answering
 * a read told the core, the core wished for more, and the node then marked that newer wish as done:
 * each append cost an election timeout. The whole of it must take less than one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim.h"

static void old_entries_follow_each_other_without_a_timer(void **state)
{
    (void)state;
    static const char story[] = "nodes 3 batch=10 tail=1 T=200ms\n"
                                "state n1 log=1x100\n"
                                "state n2 log=1x100\n"
                                "start n1,n2\n"
                                "run until leader=n1\n"
                                "run until n1 commit=101\n"
                                "start n3\n"
                                "run until n3 last=101 within=100ms\n";
    char message[256] = "";
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    bool good = raft_sim_story_play(story, out, message, sizeof message);
    (void)fclose(out); /* Memory does not fail to close. */
    if (!good)
        print_error("%s\n%s", message, text);
    free(text);
    assert_true(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_entries_follow_each_other_without_a_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
