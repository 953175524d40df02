# The course's missing_and_extra_entries.json (Figure 7 f): the follower's entries of terms 2 and 3 are
# replaced by the leader's of terms 4 and 6, and all is applied: the last one is of the leader's term.
nodes 2 prevote=off
state n1 log=1,1,1,4,4,6 term=6 vote=n1 role=leader next=n2:7
state n2 log=1,1,1,2,2,3,3 term=3
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
run until converged
[    1.000] n2 higher term seen from n1 -> term 6
[    1.000] n2 append refused: entry 6 of n1 does not fit -> try 6
[    1.000] n2 follows n1 (term 6)
[    3.000] n1 append denied by follower n2 at entry 6 -> it may have 6
[    5.000] n2 log truncated: entries 4..7 removed
[    5.000] n2 removes 4..7
[    5.000] n2 appends 4 of term 4 (noop)
[    5.000] n2 appends 5 of term 4 (noop)
[    5.000] n2 appends 6 of term 6 (noop)
[    7.000] n1 peer is replicated to: n2 has up to entry 6
[    7.000] n1 commit index moved to 6
[    7.000] n1 commit 0 -> 6, applied 0
[    8.000] n2 commit index moved to 6
[    8.000] n2 commit 0 -> 6, applied 0
expect all log=1,1,1,4,4,6 commit=6 applied=6 leader=n1 term=6
