# A cluster of two works while both are there and stops when one is not.
nodes 2
start all
[    0.000] n1 starts
[    0.000] n2 starts
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 2 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 commit 0 -> 1, applied 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
crash n2
[  110.000] n2 crashes
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until n1 follower within=1s
[  136.000] n1 peer is probed: n2 from entry 2
[  216.000] n1 stepped down: no quorum heard
[  216.000] n1 leader -> follower (term 1)
[  216.000] n1 answers: unknown
run for 500ms
[  316.000] n1 election timeout: no leader heard for 210 ms
[  316.000] n1 follower -> candidate (term 1)
[  316.000] n1 pre-vote started for term 2
[  416.000] n1 election timeout: no leader heard for 310 ms
[  416.000] n1 pre-vote started for term 2
[  516.000] n1 election timeout: no leader heard for 410 ms
[  516.000] n1 pre-vote started for term 2
[  616.000] n1 election timeout: no leader heard for 510 ms
[  616.000] n1 pre-vote started for term 2
[  716.000] n1 election timeout: no leader heard for 610 ms
[  716.000] n1 pre-vote started for term 2
expect no-leader
restart n2
[  716.000] n2 restarts
run until converged
[  717.000] n2 pre-vote granted to n1 in term 2
[  718.000] n1 pre-vote received from n2 -> 2 so far
[  718.000] n1 election started for term 2
[  720.000] n2 higher term seen from n1 -> term 2
[  720.000] n2 vote granted to n1 in term 2
[  722.000] n1 vote received from n2 -> 2 so far
[  722.000] n1 election won with 2 of 2 votes
[  722.000] n1 candidate -> leader (term 2)
[  722.000] n1 appends 3 of term 2 (noop)
[  723.000] n2 append refused: entry 2 of n1 does not fit -> try 1
[  723.000] n2 follows n1 (term 2)
[  724.000] n1 append denied by follower n2 at entry 2 -> it may have 1
[  725.000] n2 commit index moved to 1
[  725.000] n2 appends 2 of term 1 (command)
[  725.000] n2 appends 3 of term 2 (noop)
[  725.000] n2 commit 0 -> 1, applied 0
[  727.000] n1 peer is replicated to: n2 has up to entry 3
[  727.000] n1 commit index moved to 3
[  727.000] n1 commit 1 -> 3, applied 3
[  728.000] n2 commit index moved to 3
[  728.000] n2 commit 1 -> 3, applied 3
