# The course's follower_extra_entries.json, and 5.4.2 (I13): the leader of term 6 has nothing of its own
# term. Though both have its entries, it commits none of them by counting, for as long as nobody asks
# for something. The first request is its first own entry: it commits all before it, and the two entries
# of term 5 that the follower has more are gone.
nodes 2 prevote=off
state n1 log=1,1,1,4,4 term=6 vote=n1 role=leader next=n2:6
state n2 log=1,1,1,4,4,5,5 term=5
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
run for 2s
[    1.000] n2 higher term seen from n1 -> term 6
[    1.000] n2 follows n1 (term 6)
[    3.000] n1 peer is replicated to: n2 has up to entry 5
expect n1 leader term=6 log=1,1,1,4,4 commit=0 applied=0
expect n2 follower leader=n1 term=6 log=1,1,1,4,4,5,5 commit=0 applied=0
propose n1 one
[ 2000.000] n1 appends 6 of term 6 (command)
run until converged
[ 2001.000] n2 log truncated: entries 6..7 removed
[ 2001.000] n2 removes 6..7
[ 2001.000] n2 appends 6 of term 6 (command)
[ 2003.000] n1 commit index moved to 6
[ 2003.000] n1 commit 0 -> 6, applied 0
[ 2004.000] n1 answers: ok, entry 6
[ 2004.000] n2 commit index moved to 6
[ 2004.000] n2 commit 0 -> 6, applied 0
expect all log=1,1,1,4,4,6 commit=6 applied=6
