# Partition of 5, the leader stays in the majority (G6): it commits on, the minority commits nothing,
# and gets everything after the heal.
nodes 5
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
partition n1,n2,n3 | n4,n5
propose n1 a b
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 appends 3 of term 1 (command)
run until n1,n2,n3 applied=3
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  111.000] n2 appends 3 of term 1 (command)
[  111.000] n3 appends 3 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n1 commit index moved to 3
[  114.000] n1 answers: ok, entry 3
[  114.000] n1 commit 2 -> 3, applied 3
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  114.000] n3 commit index moved to 2
[  114.000] n3 commit 1 -> 2, applied 2
[  115.000] n2 commit index moved to 3
[  115.000] n2 commit 2 -> 3, applied 3
[  115.000] n3 commit index moved to 3
[  115.000] n3 commit 2 -> 3, applied 3
run for 400ms
[  136.000] n1 peer is probed: n4 from entry 2
[  136.000] n1 peer is probed: n5 from entry 2
[  270.000] n4 election timeout: no leader heard for 160 ms
[  270.000] n4 follower -> candidate (term 1)
[  270.000] n4 pre-vote started for term 2
[  271.000] n5 pre-vote granted to n4 in term 2
[  272.000] n4 pre-vote received from n5 -> 2 so far
[  290.000] n5 election timeout: no leader heard for 180 ms
[  290.000] n5 follower -> candidate (term 1)
[  290.000] n5 pre-vote started for term 2
[  291.000] n4 pre-vote granted to n5 in term 2
[  292.000] n5 pre-vote received from n4 -> 2 so far
[  430.000] n4 election timeout: no leader heard for 320 ms
[  430.000] n4 pre-vote started for term 2
[  431.000] n5 pre-vote granted to n4 in term 2
[  432.000] n4 pre-vote received from n5 -> 2 so far
[  470.000] n5 election timeout: no leader heard for 360 ms
[  470.000] n5 pre-vote started for term 2
[  471.000] n4 pre-vote granted to n5 in term 2
[  472.000] n5 pre-vote received from n4 -> 2 so far
expect n4,n5 commit=1 term=1 candidate substate=pre_vote
expect leader=n1
propose n4 lost
[  515.000] n4 answers: no_leader
heal
run until converged
[  517.000] n4 stepped down: another leader of this term
[  517.000] n4 candidate -> follower (term 1)
[  517.000] n4 follows n1 (term 1)
[  517.000] n5 stepped down: another leader of this term
[  517.000] n5 candidate -> follower (term 1)
[  517.000] n5 follows n1 (term 1)
[  519.000] n4 commit index moved to 3
[  519.000] n4 appends 2 of term 1 (command)
[  519.000] n4 appends 3 of term 1 (command)
[  519.000] n4 commit 1 -> 3, applied 3
[  519.000] n5 commit index moved to 3
[  519.000] n5 appends 2 of term 1 (command)
[  519.000] n5 appends 3 of term 1 (command)
[  519.000] n5 commit 1 -> 3, applied 3
expect all leader=n1 term=1 log=1,1,1 commit=3
