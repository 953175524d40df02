# The same, and the leader dies. n2, which got the repeated entries, is elected by n3 and appends the
# noop of an elected leader, which a forced one does not.
nodes 3 prevote=off
state n1 log=1,1,1,4,6 term=6 vote=n1 role=leader next=n2:1,n3:1
state n2,n3 log=1,1,1,4,6 term=6
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
[    0.000] n3 starts
run until converged
[    2.000] n2 follows n1 (term 6)
[    3.000] n3 follows n1 (term 6)
[    3.000] n1 peer is replicated to: n2 has up to entry 5
[    3.000] n1 commit index moved to 5
[    3.000] n1 commit 0 -> 5, applied 0
[    4.000] n1 peer is replicated to: n3 has up to entry 5
[    4.000] n2 commit index moved to 5
[    4.000] n2 commit 0 -> 5, applied 0
[    5.000] n3 commit index moved to 5
[    5.000] n3 commit 0 -> 5, applied 0
expect all log=1,1,1,4,6 commit=5
crash n1
[    6.000] n1 crashes
run until n2,n3 commit=6
[  137.333] n2 election timeout: no leader heard for 133 ms
[  137.333] n2 follower -> candidate (term 6)
[  137.333] n2 election started for term 7
[  139.333] n3 higher term seen from n2 -> term 7
[  139.333] n3 vote granted to n2 in term 7
[  141.333] n2 vote received from n3 -> 2 so far
[  141.333] n2 election won with 2 of 3 votes
[  141.333] n2 candidate -> leader (term 7)
[  141.333] n2 appends 6 of term 7 (noop)
[  142.333] n3 appends 6 of term 7 (noop)
[  142.333] n3 follows n2 (term 7)
[  144.333] n2 peer is replicated to: n3 has up to entry 6
[  144.333] n2 commit index moved to 6
[  144.333] n2 commit 5 -> 6, applied 6
[  145.333] n3 commit index moved to 6
[  145.333] n3 commit 5 -> 6, applied 6
expect n2 leader log=1,1,1,4,6,7
restart n1
[  145.333] n1 restarts
run until converged
[  152.333] n1 higher term seen from n2 -> term 7
[  152.333] n1 commit index moved to 6
[  152.333] n1 appends 6 of term 7 (noop)
[  152.333] n1 commit 0 -> 6, applied 0
[  152.333] n1 follows n2 (term 7)
expect all log=1,1,1,4,6,7 commit=6
