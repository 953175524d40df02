/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <time.h>
long raft_now(void *to, const void *from, size_t bytes);
long raft_now(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
    return (long)time(NULL);
}
