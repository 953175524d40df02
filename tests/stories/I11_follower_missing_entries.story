# The course's follower_missing_entries.json: the leader of term 6 has five entries and believes that the
# follower has them too; it has none. It gets all five, and they are applied without any request: the
# last one is of the leader's own term.
nodes 2 prevote=off
state n1 log=1,1,1,4,6 term=6 vote=n1 role=leader next=n2:6
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
expect n1 leader last=5
run until n2 applied=5
[    1.000] n2 higher term seen from n1 -> term 6
[    1.000] n2 append refused: entry 5 of n1 does not fit -> try 0
[    1.000] n2 follows n1 (term 6)
[    3.000] n1 append denied by follower n2 at entry 5 -> it may have 0
[    5.000] n2 appends 1 of term 1 (noop)
[    5.000] n2 appends 2 of term 1 (noop)
[    5.000] n2 appends 3 of term 1 (noop)
[    5.000] n2 appends 4 of term 4 (noop)
[    5.000] n2 appends 5 of term 6 (noop)
[    7.000] n1 peer is replicated to: n2 has up to entry 5
[    7.000] n1 commit index moved to 5
[    7.000] n1 commit 0 -> 5, applied 0
[    8.000] n2 commit index moved to 5
[    8.000] n2 commit 0 -> 5, applied 5
run until converged
expect all log=1,1,1,4,6 commit=5 term=6 leader=n1
