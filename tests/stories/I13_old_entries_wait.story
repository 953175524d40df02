# Raft paper 5.4.2 with a leader that a start state forced: it commits entries of older terms neither
# by counting nor by the match indexes it was given, in a cluster of three where two have all of them.
# A read has to see what is committed, so it is not answered from nothing: it goes through the log as a
# blank entry of the leader's own term. n3, which has nothing, gets all of it.
nodes 3 prevote=off seed=13
state n1 log=2,2,4 term=6 vote=n1 role=leader next=n2:4,n3:1 match=n2:3
state n2 log=2,2,4 term=6
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
[    0.000] n3 starts
run for 1s
[    1.000] n2 follows n1 (term 6)
[    2.000] n1 peer is replicated to: n2 has up to entry 3
[    2.000] n3 higher term seen from n1 -> term 6
[    2.000] n3 appends 1 of term 2 (noop)
[    2.000] n3 appends 2 of term 2 (noop)
[    2.000] n3 appends 3 of term 4 (noop)
[    2.000] n3 follows n1 (term 6)
[    4.000] n1 peer is replicated to: n3 has up to entry 3
expect n1,n2,n3 log=2,2,4 commit=0 applied=0 leader=n1
trouble clients=1
run until n1 commit=4+
[ 1029.256] n1 appends 4 of term 6 (noop)
[ 1030.256] n2 appends 4 of term 6 (noop)
[ 1030.256] n3 appends 4 of term 6 (noop)
[ 1032.256] n1 commit index moved to 4
[ 1032.256] n1 commit 0 -> 4, applied 0
calm
[ 1032.256] healed: n1 n2 n3
run until converged
[ 1033.256] n2 commit index moved to 4
[ 1033.256] n2 commit 0 -> 4, applied 0
[ 1033.256] n3 commit index moved to 3
[ 1033.256] n3 commit 0 -> 3, applied 3
[ 1033.256] n3 commit index moved to 4
[ 1033.256] n3 commit 3 -> 4, applied 4
expect n1 leader term=6
