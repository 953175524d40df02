/* SPDX-License-Identifier: MIT
 *
 * Has the code of M2 nowhere and that of M3 twice.
 */
int raft_quorum_size(int voters);
int raft_quorum_half(int voters);

int raft_quorum_size(int voters)
{
    return voters / 2 + 1;
}

int raft_quorum_half(int voters)
{
    return voters / 2;
}
