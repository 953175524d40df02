/* SPDX-License-Identifier: MIT
 *
 * A4 in the file's own comment.
 */

/* Counter-example A1: what broke others. */
static void commit_never_falls(void **state)
{
    (void)state; /* A4 */
}

static void test_A2_works(void **state)
{
    (void)state;
}

/* A3 and its reason,
 * told at length. */
static void works_too(void **state)
{
    (void)state;
}

static void test_c2_is_there_and_D9_is_no_row(void **state)
{
    (void)state;
}
