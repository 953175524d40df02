/* SPDX-License-Identifier: MIT
 *
 * ASSERT states what must be true of our own state; it stays on in release builds.
 * It is never used on input from outside (a datagram, a file, a person): that is refused or
 * dropped. A failed assert calls the hook, which by default prints one line to stderr and aborts.
 */
#ifndef RAFT_BASE_ASSERT_H
#define RAFT_BASE_ASSERT_H

/* Called with the place and the text of a failed assertion; must not return. */
typedef void (*raft_assert_hook)(const char *file, int line, const char *text);

/* Replaces the hook (NULL restores the default) and returns the former one. */
raft_assert_hook raft_assert_set_hook(raft_assert_hook hook);

_Noreturn void raft_assert_fail(const char *file, int line, const char *text)
    __attribute__((cold)); /* What leads to it lies apart from the code that runs. */

#ifdef RAFT_ASSERTS_OFF /* Only where coverage is counted: an assert has a branch nobody takes. */
#define ASSERT(condition) ((void)sizeof(condition))
#else
#define ASSERT(condition) ((condition) ? (void)0 : raft_assert_fail(__FILE__, __LINE__, #condition))
#endif

#endif
