int raft_x;
