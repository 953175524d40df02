# Figure 7 of the Raft paper, each follower by itself: n1 is the leader of term 8, n2 has its log, n3 is
# a, b, e, f (and votes for n1), then c, d (whose newer logs refuse it). Whatever n3 has, n1 wins and
# n3's log becomes n1's: nothing of its own is left, nothing of n1's is missing.
for $log in 1,1,1,4,4,5,5,6,6 1,1,1,4 1,1,1,4,4,4,4 1,1,1,2,2,2,3,3,3,3,3
nodes 3 prevote=off
trace off +logs
state n1,n2 log=1,1,1,4,4,5,5,6,6,6 term=7
state n3 log=$log term=7
start all
run until n3 vote=n1
run until converged
expect all log=1,1,1,4,4,5,5,6,6,6,8
end
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  108.000] n3 appends 10 of term 6 (noop)
[  108.000] n3 appends 11 of term 8 (noop)
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  108.000] n3 appends 5 of term 4 (noop)
[  108.000] n3 appends 6 of term 5 (noop)
[  108.000] n3 appends 7 of term 5 (noop)
[  108.000] n3 appends 8 of term 6 (noop)
[  108.000] n3 appends 9 of term 6 (noop)
[  108.000] n3 appends 10 of term 6 (noop)
[  108.000] n3 appends 11 of term 8 (noop)
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  108.000] n3 removes 6..7
[  108.000] n3 appends 6 of term 5 (noop)
[  108.000] n3 appends 7 of term 5 (noop)
[  108.000] n3 appends 8 of term 6 (noop)
[  108.000] n3 appends 9 of term 6 (noop)
[  108.000] n3 appends 10 of term 6 (noop)
[  108.000] n3 appends 11 of term 8 (noop)
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  108.000] n3 removes 4..11
[  108.000] n3 appends 4 of term 4 (noop)
[  108.000] n3 appends 5 of term 4 (noop)
[  108.000] n3 appends 6 of term 5 (noop)
[  108.000] n3 appends 7 of term 5 (noop)
[  108.000] n3 appends 8 of term 6 (noop)
[  108.000] n3 appends 9 of term 6 (noop)
[  108.000] n3 appends 10 of term 6 (noop)
[  108.000] n3 appends 11 of term 8 (noop)
for $log in 1,1,1,4,4,5,5,6,6,6,6 1,1,1,4,4,5,5,6,6,6,7,7
nodes 3 prevote=off
trace off +logs
state n1,n2 log=1,1,1,4,4,5,5,6,6,6 term=7
state n3 log=$log term=7
start all
run until n1 leader
run until n3 leader=n1
expect n3 vote=none
run until converged
expect all log=1,1,1,4,4,5,5,6,6,6,8
end
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  105.000] n3 removes 11..11
[  105.000] n3 appends 11 of term 8 (noop)
[  104.000] n1 appends 11 of term 8 (noop)
[  105.000] n2 appends 11 of term 8 (noop)
[  105.000] n3 removes 11..12
[  105.000] n3 appends 11 of term 8 (noop)
