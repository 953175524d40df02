/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
int raft_deref(int n);
int raft_deref(int n)
{
    int *p = NULL;
    if (n > 3)
        return raft_deref(n - 1);
    return *p + atoi("3");
}
