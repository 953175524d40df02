# Partial connectivity, "quorum loss" (Omni-Paxos): all links but those of the hub n3 are gone; the
# leader n1 has no quorum any more, the hub has. A stable leader must come: the hub.
nodes 5
timeout n1=100ms n2=190ms n3=150ms n4=190ms n5=190ms
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  101.000] n4 pre-vote granted to n1 in term 1
[  101.000] n5 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 pre-vote received from n3 -> 3 so far
[  102.000] n1 election started for term 1
[  102.000] n1 stale message dropped: vote_reply of term 1 from n4
[  102.000] n1 stale message dropped: vote_reply of term 1 from n5
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  104.000] n4 higher term seen from n1 -> term 1
[  104.000] n4 vote granted to n1 in term 1
[  104.000] n5 higher term seen from n1 -> term 1
[  104.000] n5 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 vote received from n3 -> 3 so far
[  106.000] n1 election won with 3 of 5 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  106.000] n1 stale message dropped: vote_reply of term 1 from n4
[  106.000] n1 stale message dropped: vote_reply of term 1 from n5
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
[  107.000] n4 appends 1 of term 1 (noop)
[  107.000] n4 follows n1 (term 1)
[  107.000] n5 appends 1 of term 1 (noop)
[  107.000] n5 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 commit 0 -> 1, applied 1
[  109.000] n1 peer is replicated to: n4 has up to entry 1
[  109.000] n1 peer is replicated to: n5 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
[  110.000] n3 commit index moved to 1
[  110.000] n3 commit 0 -> 1, applied 1
[  110.000] n4 commit index moved to 1
[  110.000] n4 commit 0 -> 1, applied 1
[  110.000] n5 commit index moved to 1
[  110.000] n5 commit 0 -> 1, applied 1
expect leader=n1
trace off +roles
partition n1,n3 | n2,n3 | n3,n4 | n3,n5
run until n3 leader within=2s
[  216.000] n1 leader -> follower (term 1)
[  300.000] n2 follower -> candidate (term 1)
[  300.000] n4 follower -> candidate (term 1)
[  300.000] n5 follower -> candidate (term 1)
[  316.000] n1 follower -> candidate (term 1)
[  357.000] n3 follower -> candidate (term 1)
[  361.000] n1 candidate -> follower (term 2)
[  361.000] n2 candidate -> follower (term 2)
[  361.000] n4 candidate -> follower (term 2)
[  361.000] n5 candidate -> follower (term 2)
[  363.000] n3 candidate -> leader (term 2)
run for 1s
[  364.000] n1 follows n3 (term 2)
[  364.000] n2 follows n3 (term 2)
[  364.000] n4 follows n3 (term 2)
[  364.000] n5 follows n3 (term 2)
expect leader=n3
propose n3 a
run until n3 commit=3
heal
run until converged
