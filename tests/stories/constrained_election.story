# Partial connectivity, "constrained election" (Omni-Paxos): the leader n1 is gone and only n5 sees a
# quorum, but its log is stale. n2, n3, n4 have the log and see n5 alone. No node is both connected to a
# quorum and up to date: there is no electable node, so no leader may come, and with pre-vote no term
# grows. One more link makes n2 electable, and it is elected at once.
nodes 5
trace off +roles
start all
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 follows n1 (term 1)
[  107.000] n4 follows n1 (term 1)
[  107.000] n5 follows n1 (term 1)
isolate n5
propose n1 a
run until n1,n2,n3,n4 commit=2
partition n2,n5 | n3,n5 | n4,n5
crash n1
run for 3s
[  234.000] n2 follower -> candidate (term 1)
[  254.000] n3 follower -> candidate (term 1)
[  274.000] n4 follower -> candidate (term 1)
[  290.000] n5 follower -> candidate (term 1)
expect no-leader
expect n2,n3,n4,n5 term=1
partition n2,n3,n5 | n4,n5
run until leader within=1s
[ 3128.000] n5 candidate -> follower (term 2)
[ 3156.000] n4 candidate -> follower (term 2)
[ 3250.000] n3 candidate -> follower (term 3)
[ 3252.000] n2 candidate -> leader (term 3)
run until n2,n3,n5 last=3 commit=3
[ 3253.000] n3 follows n2 (term 3)
[ 3253.000] n5 follows n2 (term 3)
