/* SPDX-License-Identifier: MIT */
int  raft_x;
