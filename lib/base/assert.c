/* SPDX-License-Identifier: MIT */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

static void print_and_abort(const char *file, int line, const char *text);

static raft_assert_hook assert_hook = print_and_abort;

raft_assert_hook raft_assert_set_hook(raft_assert_hook hook)
{
    raft_assert_hook former = assert_hook;

    assert_hook = hook == NULL ? print_and_abort : hook;
    return former;
}

_Noreturn void raft_assert_fail(const char *file, int line, const char *text)
{
    assert_hook(file, line, text);
    abort(); /* A hook must not return. */
}

static void print_and_abort(const char *file, int line, const char *text)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, text);
    fflush(stderr);
    abort();
}
