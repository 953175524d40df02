/* SPDX-License-Identifier: MIT */
struct raft_log *raft_log_paper_open(void);
