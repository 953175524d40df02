# B11, M18: a higher term in any message, a reply too, makes a leader or a candidate a follower of
# that term without a vote.
nodes 3
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  102.000] n1 stale message dropped: vote_reply of term 1 from n3
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  106.000] n1 stale message dropped: vote_reply of term 1 from n3
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 commit 0 -> 1, applied 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
[  110.000] n3 commit index moved to 1
[  110.000] n3 commit 0 -> 1, applied 1
inject n2>n1 append_reply term=7 index=0
[  110.000] n1 higher term seen from n2 -> term 7
[  110.000] n1 stepped down: higher term
[  110.000] n1 leader -> follower (term 7)
[  110.000] n1 stale message dropped: append_reply of term 7 from n2
expect n1 follower term=7 vote=none leader=none
run until converged
[  111.000] n1 stale message dropped: append_reply of term 1 from n2
[  111.000] n1 stale message dropped: append_reply of term 1 from n3
[  210.000] n1 election timeout: no leader heard for 104 ms
[  210.000] n1 follower -> candidate (term 7)
[  210.000] n1 pre-vote started for term 8
[  211.000] n2 pre-vote granted to n1 in term 8
[  211.000] n3 pre-vote granted to n1 in term 8
[  212.000] n1 pre-vote received from n2 -> 2 so far
[  212.000] n1 election started for term 8
[  212.000] n1 stale message dropped: vote_reply of term 8 from n3
[  214.000] n2 higher term seen from n1 -> term 8
[  214.000] n2 vote granted to n1 in term 8
[  214.000] n3 higher term seen from n1 -> term 8
[  214.000] n3 vote granted to n1 in term 8
[  216.000] n1 vote received from n2 -> 2 so far
[  216.000] n1 election won with 2 of 3 votes
[  216.000] n1 candidate -> leader (term 8)
[  216.000] n1 appends 2 of term 8 (noop)
[  216.000] n1 stale message dropped: vote_reply of term 8 from n3
[  217.000] n2 appends 2 of term 8 (noop)
[  217.000] n2 follows n1 (term 8)
[  217.000] n3 appends 2 of term 8 (noop)
[  217.000] n3 follows n1 (term 8)
[  219.000] n1 peer is replicated to: n2 has up to entry 2
[  219.000] n1 commit index moved to 2
[  219.000] n1 commit 1 -> 2, applied 2
[  219.000] n1 peer is replicated to: n3 has up to entry 2
[  220.000] n2 commit index moved to 2
[  220.000] n2 commit 1 -> 2, applied 2
[  220.000] n3 commit index moved to 2
[  220.000] n3 commit 1 -> 2, applied 2
expect all term=8+
