# A node that was away for long: what it needs is gone from the leader's log, so it gets the leader's
# snapshot and goes on behind it (Raft paper figure 13). A restart begins with that snapshot, and the
# node can lead.
nodes 3 snapshot=4 trailing=1
trace off +roles +why +logs -commits
start all
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  102.000] n1 stale message dropped: vote_reply of term 1 from n3
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  106.000] n1 stale message dropped: vote_reply of term 1 from n3
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n3 commit index moved to 1
crash n3
propose n1 a b c d e f
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 appends 3 of term 1 (command)
[  110.000] n1 appends 4 of term 1 (command)
[  110.000] n1 appends 5 of term 1 (command)
[  110.000] n1 appends 6 of term 1 (command)
[  110.000] n1 appends 7 of term 1 (command)
run until n1,n2 applied=7
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n2 appends 3 of term 1 (command)
[  111.000] n2 appends 4 of term 1 (command)
[  111.000] n2 appends 5 of term 1 (command)
[  111.000] n2 appends 6 of term 1 (command)
[  111.000] n2 appends 7 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  114.000] n1 commit index moved to 3
[  114.000] n2 commit index moved to 2
[  115.000] n1 commit index moved to 4
[  115.000] n2 commit index moved to 3
[  116.000] n1 commit index moved to 5
[  116.000] n2 commit index moved to 4
[  117.000] n1 snapshot taken of entry 4 -> the log begins at 4
[  117.000] n1 commit index moved to 6
[  117.000] n2 commit index moved to 5
[  118.000] n2 snapshot taken of entry 4 -> the log begins at 4
[  118.000] n1 commit index moved to 7
[  118.000] n2 commit index moved to 6
[  119.000] n2 commit index moved to 7
expect n1,n2 commit=7
restart n3
run until n3 seen=installing_snapshot
[  127.000] n3 append refused: entry 7 of n1 does not fit -> try 1
[  127.000] n3 follows n1 (term 1)
[  128.000] n1 append denied by follower n3 at entry 7 -> it may have 1
[  128.000] n1 peer is probed: n3 from entry 2
[  128.000] n1 snapshot offered to n3: entry 2 is gone -> all up to 4
run until converged
[  132.000] n3 snapshot installed of entry 4: the log ended at 1
[  132.000] n3 installs a snapshot of 4^1
[  138.000] n1 peer is probed: n3 from entry 5
[  138.000] n1 peer is replicated to: n3 has up to entry 4
[  139.000] n3 commit index moved to 7
[  139.000] n3 appends 5 of term 1 (command)
[  139.000] n3 appends 6 of term 1 (command)
[  139.000] n3 appends 7 of term 1 (command)
expect n3 applied=7
propose n1 g
[  139.000] n1 appends 8 of term 1 (command)
run until converged
[  140.000] n2 appends 8 of term 1 (command)
[  140.000] n3 appends 8 of term 1 (command)
[  142.000] n1 commit index moved to 8
[  143.000] n2 commit index moved to 8
[  143.000] n3 commit index moved to 8
crash n3
restart n3
[  143.000] n3 commit index moved to 7
run until converged
[  144.000] n2 snapshot taken of entry 8 -> the log begins at 8
[  147.000] n3 commit index moved to 8
[  147.000] n3 follows n1 (term 1)
expect n3 applied=8
transfer n1 n3
[  148.000] n1 leadership transfer started to n3
run until n3 leader
[  149.000] n3 snapshot taken of entry 8 -> the log begins at 8
[  149.000] n3 asked to take over by n1
[  149.000] n3 follower -> candidate (term 1)
[  149.000] n3 election started for term 2
[  151.000] n1 higher term seen from n3 -> term 2
[  151.000] n1 stepped down: higher term
[  151.000] n1 leader -> follower (term 2)
[  151.000] n1 vote granted to n3 in term 2
[  151.000] n2 higher term seen from n3 -> term 2
[  151.000] n2 vote granted to n3 in term 2
[  153.000] n3 vote received from n1 -> 2 so far
[  153.000] n3 election won with 2 of 3 votes
[  153.000] n3 candidate -> leader (term 2)
[  153.000] n3 appends 9 of term 2 (noop)
run until converged
[  153.000] n3 stale message dropped: vote_reply of term 2 from n2
[  154.000] n1 appends 9 of term 2 (noop)
[  154.000] n1 follows n3 (term 2)
[  154.000] n2 appends 9 of term 2 (noop)
[  154.000] n2 follows n3 (term 2)
[  156.000] n3 peer is replicated to: n1 has up to entry 9
[  156.000] n3 commit index moved to 9
[  156.000] n3 peer is replicated to: n2 has up to entry 9
[  157.000] n1 commit index moved to 9
[  157.000] n2 commit index moved to 9
