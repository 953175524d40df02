/* SPDX-License-Identifier: MIT */
int raft_log_good;
int log_append(void)
{
    return 0;
}
int raft_comms_stray;
