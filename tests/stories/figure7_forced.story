# Figure 7 of the Raft paper as a start state: the leader of term 8 "comes to power" with its log while
# six followers have every kind of log, all at once; that is what clusters/figure7.yaml starts. No vote
# is asked for, so c and d, whose newer logs would refuse it, are repaired like the others, by the
# leader's first own entry. Before it nothing is committed. n1 is the leader, n2..n7 are a..f.
nodes 7 prevote=off
trace off
state n1 log=1,1,1,4,4,5,5,6,6,6 term=8 vote=n1 role=leader
state n2 log=1,1,1,4,4,5,5,6,6 term=7
state n3 log=1,1,1,4 term=7
state n4 log=1,1,1,4,4,5,5,6,6,6,6 term=7
state n5 log=1,1,1,4,4,5,5,6,6,6,7,7 term=7
state n6 log=1,1,1,4,4,4,4 term=7
state n7 log=1,1,1,2,2,2,3,3,3,3,3 term=7
start all
run for 500ms
expect all leader=n1 term=8 commit=0
expect n2,n3,n6,n7 log=1,1,1,4,4,5,5,6,6,6
expect n4 log=1,1,1,4,4,5,5,6,6,6,6
expect n5 log=1,1,1,4,4,5,5,6,6,6,7,7
trace +logs +commits
propose n1 x
[  500.000] n1 appends 11 of term 8 (command)
run until converged
[  501.000] n2 appends 11 of term 8 (command)
[  501.000] n3 appends 11 of term 8 (command)
[  501.000] n4 removes 11..11
[  501.000] n4 appends 11 of term 8 (command)
[  501.000] n5 removes 11..12
[  501.000] n5 appends 11 of term 8 (command)
[  501.000] n6 appends 11 of term 8 (command)
[  501.000] n7 appends 11 of term 8 (command)
[  503.000] n1 commit 0 -> 11, applied 0
[  504.000] n2 commit 0 -> 11, applied 0
[  504.000] n3 commit 0 -> 11, applied 0
[  504.000] n4 commit 0 -> 11, applied 0
[  504.000] n5 commit 0 -> 10, applied 0
[  504.000] n6 commit 0 -> 10, applied 0
[  504.000] n7 commit 0 -> 10, applied 0
[  504.000] n5 commit 10 -> 11, applied 0
[  504.000] n6 commit 10 -> 11, applied 0
[  504.000] n7 commit 10 -> 11, applied 0
expect all log=1,1,1,4,4,5,5,6,6,6,8 commit=11
