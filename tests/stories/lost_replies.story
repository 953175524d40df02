# A reply that is lost costs a heartbeat, not an election (H12, H16): requests are repeated.
nodes 3
drop n2,n3>n1 vote_reply 2
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until n1 leader
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  111.000] n2 pre-vote granted to n1 in term 1
[  111.000] n3 pre-vote granted to n1 in term 1
[  121.000] n2 pre-vote granted to n1 in term 1
[  121.000] n3 pre-vote granted to n1 in term 1
[  122.000] n1 pre-vote received from n2 -> 2 so far
[  122.000] n1 election started for term 1
[  122.000] n1 stale message dropped: vote_reply of term 1 from n3
[  124.000] n2 higher term seen from n1 -> term 1
[  124.000] n2 vote granted to n1 in term 1
[  124.000] n3 higher term seen from n1 -> term 1
[  124.000] n3 vote granted to n1 in term 1
[  126.000] n1 vote received from n2 -> 2 so far
[  126.000] n1 election won with 2 of 3 votes
[  126.000] n1 candidate -> leader (term 1)
[  126.000] n1 appends 1 of term 1 (noop)
expect n1 term=1
drop n2,n3>n1 append_reply
[  126.000] n1 stale message dropped: vote_reply of term 1 from n3
run until converged
[  127.000] n2 appends 1 of term 1 (noop)
[  127.000] n2 follows n1 (term 1)
[  127.000] n3 appends 1 of term 1 (noop)
[  127.000] n3 follows n1 (term 1)
[  138.000] n1 peer is replicated to: n2 has up to entry 1
[  138.000] n1 commit index moved to 1
[  138.000] n1 commit 0 -> 1, applied 1
[  138.000] n1 peer is replicated to: n3 has up to entry 1
[  139.000] n2 commit index moved to 1
[  139.000] n2 commit 0 -> 1, applied 1
[  139.000] n3 commit index moved to 1
[  139.000] n3 commit 0 -> 1, applied 1
expect all term=1
