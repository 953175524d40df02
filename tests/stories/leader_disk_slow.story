# Commit may pass the leader's own disk (design 4.2; etcd async storage writes): two followers are a
# majority of three, though the leader's write is not finished; its stored commit index does not run
# ahead.
nodes 3
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
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
[  109.000] n1 commit 0 -> 1, applied 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
[  110.000] n3 commit index moved to 1
[  110.000] n3 commit 0 -> 1, applied 1
disk n1 hold
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until n1 commit=2
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
expect n1 durable=1 applied=2
expect n2,n3 durable=2
crash n1
[  113.000] n1 crashes
disk n1 release
restart n1
[  113.000] n1 restarts
run until converged
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  114.000] n3 commit index moved to 2
[  114.000] n3 commit 1 -> 2, applied 2
[  115.000] n1 stale message dropped: append_reply of term 1 from n2
[  115.000] n1 stale message dropped: append_reply of term 1 from n3
[  213.000] n1 election timeout: no leader was heard
[  213.000] n1 follower -> candidate (term 1)
[  213.000] n1 pre-vote started for term 2
[  214.000] n2 pre-vote refused to n1: its log is behind
[  214.000] n3 pre-vote refused to n1: its log is behind
[  215.000] n1 pre-vote denied by n2 of term 1
[  215.000] n1 pre-vote denied by n3 of term 1
[  247.333] n2 election timeout: no leader heard for 133 ms
[  247.333] n2 follower -> candidate (term 1)
[  247.333] n2 pre-vote started for term 2
[  248.333] n1 pre-vote granted to n2 in term 2
[  248.333] n3 pre-vote granted to n2 in term 2
[  249.333] n2 pre-vote received from n1 -> 2 so far
[  249.333] n2 election started for term 2
[  249.333] n2 stale message dropped: vote_reply of term 2 from n3
[  251.333] n1 higher term seen from n2 -> term 2
[  251.333] n1 stepped down: higher term
[  251.333] n1 candidate -> follower (term 2)
[  251.333] n1 vote granted to n2 in term 2
[  251.333] n3 higher term seen from n2 -> term 2
[  251.333] n3 vote granted to n2 in term 2
[  253.333] n2 vote received from n1 -> 2 so far
[  253.333] n2 election won with 2 of 3 votes
[  253.333] n2 candidate -> leader (term 2)
[  253.333] n2 appends 3 of term 2 (noop)
[  253.333] n2 stale message dropped: vote_reply of term 2 from n3
[  254.333] n1 append refused: entry 2 of n2 does not fit -> try 1
[  254.333] n1 follows n2 (term 2)
[  254.333] n3 appends 3 of term 2 (noop)
[  254.333] n3 follows n2 (term 2)
[  255.333] n2 append denied by follower n1 at entry 2 -> it may have 1
[  256.333] n1 commit index moved to 2
[  256.333] n1 appends 2 of term 1 (command)
[  256.333] n1 appends 3 of term 2 (noop)
[  256.333] n1 commit 0 -> 2, applied 0
[  256.333] n2 peer is replicated to: n3 has up to entry 3
[  256.333] n2 commit index moved to 3
[  256.333] n2 commit 2 -> 3, applied 3
[  257.333] n3 commit index moved to 3
[  257.333] n3 commit 2 -> 3, applied 3
[  258.333] n2 peer is replicated to: n1 has up to entry 3
[  259.333] n1 commit index moved to 3
[  259.333] n1 commit 2 -> 3, applied 3
expect all log=1,1,2
