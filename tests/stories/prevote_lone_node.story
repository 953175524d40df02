# Pre-vote (thesis 9.6; etcd prevote): a node that is alone asks in vain and does not raise its term, so
# its return disturbs nobody.
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
isolate n5
run for 1s
[  290.000] n5 election timeout: no leader heard for 180 ms
[  290.000] n5 follower -> candidate (term 1)
[  290.000] n5 pre-vote started for term 2
[  470.000] n5 election timeout: no leader heard for 360 ms
[  470.000] n5 pre-vote started for term 2
[  650.000] n5 election timeout: no leader heard for 540 ms
[  650.000] n5 pre-vote started for term 2
[  830.000] n5 election timeout: no leader heard for 720 ms
[  830.000] n5 pre-vote started for term 2
[ 1010.000] n5 election timeout: no leader heard for 900 ms
[ 1010.000] n5 pre-vote started for term 2
expect n5 candidate substate=pre_vote term=1
expect n1 leader term=1
heal
run until converged
[ 1117.000] n5 stepped down: another leader of this term
[ 1117.000] n5 candidate -> follower (term 1)
[ 1117.000] n5 follows n1 (term 1)
expect all leader=n1 term=1
