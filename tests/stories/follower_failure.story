# MIT 2B FollowerFailure, FailAgree, FailNoAgree: with one of three down the cluster commits on, with
# two down it does not, and when they come back they catch up.
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
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until converged
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  114.000] n3 commit index moved to 2
[  114.000] n3 commit 1 -> 2, applied 2
crash n3
[  114.000] n3 crashes
propose n1 b
[  114.000] n1 appends 3 of term 1 (command)
run until n1,n2 applied=3
[  115.000] n2 appends 3 of term 1 (command)
[  117.000] n1 commit index moved to 3
[  117.000] n1 answers: ok, entry 3
[  117.000] n1 commit 2 -> 3, applied 3
[  118.000] n2 commit index moved to 3
[  118.000] n2 commit 2 -> 3, applied 3
crash n2
[  118.000] n2 crashes
propose n1 c
[  118.000] n1 appends 4 of term 1 (command)
run for 50ms
[  136.000] n1 peer is probed: n3 from entry 3
[  146.000] n1 peer is probed: n2 from entry 4
expect n1 leader commit=3 last=4
restart n2
[  168.000] n2 restarts
[  168.000] n2 commit index moved to 2
[  168.000] n2 commit 0 -> 2, applied 0
run until n1,n2 applied=4 within=1s
[  177.000] n2 commit index moved to 3
[  177.000] n2 appends 4 of term 1 (command)
[  177.000] n2 commit 2 -> 3, applied 2
[  177.000] n2 follows n1 (term 1)
[  179.000] n1 peer is replicated to: n2 has up to entry 4
[  179.000] n1 commit index moved to 4
[  179.000] n1 answers: ok, entry 4
[  179.000] n1 commit 3 -> 4, applied 4
[  180.000] n2 commit index moved to 4
[  180.000] n2 commit 3 -> 4, applied 4
restart n3
[  180.000] n3 restarts
[  180.000] n3 commit index moved to 1
[  180.000] n3 commit 0 -> 1, applied 0
run until converged
[  187.000] n3 commit index moved to 4
[  187.000] n3 appends 3 of term 1 (command)
[  187.000] n3 appends 4 of term 1 (command)
[  187.000] n3 commit 1 -> 4, applied 1
[  187.000] n3 follows n1 (term 1)
