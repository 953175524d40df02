# A leader that is heard by all and hears nobody steps down: else the cluster would follow it for ever
# and commit nothing.
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
cut n2,n3>n1
run until n1 follower within=300ms
[  216.000] n1 stepped down: no quorum heard
[  216.000] n1 leader -> follower (term 1)
run until n2 leader
[  316.000] n1 election timeout: no leader heard for 210 ms
[  316.000] n1 follower -> candidate (term 1)
[  316.000] n1 pre-vote started for term 2
[  317.000] n2 pre-vote granted to n1 in term 2
[  317.000] n3 pre-vote granted to n1 in term 2
[  327.000] n2 pre-vote granted to n1 in term 2
[  327.000] n3 pre-vote granted to n1 in term 2
[  337.000] n2 pre-vote granted to n1 in term 2
[  337.000] n3 pre-vote granted to n1 in term 2
[  340.333] n2 election timeout: no leader heard for 133 ms
[  340.333] n2 follower -> candidate (term 1)
[  340.333] n2 pre-vote started for term 2
[  341.333] n3 pre-vote granted to n2 in term 2
[  342.333] n2 pre-vote received from n3 -> 2 so far
[  342.333] n2 election started for term 2
[  344.333] n3 higher term seen from n2 -> term 2
[  344.333] n3 vote granted to n2 in term 2
[  346.333] n2 vote received from n3 -> 2 so far
[  346.333] n2 election won with 2 of 3 votes
[  346.333] n2 candidate -> leader (term 2)
[  346.333] n2 appends 2 of term 2 (noop)
expect n1 term=1
heal
run until converged
[  347.000] n2 pre-vote refused to n1: voted for another
[  347.000] n3 pre-vote refused to n1: voted for another
[  347.333] n3 appends 2 of term 2 (noop)
[  347.333] n3 follows n2 (term 2)
[  348.000] n1 higher term seen from n2 -> term 2
[  348.000] n1 stepped down: higher term
[  348.000] n1 candidate -> follower (term 2)
[  348.000] n1 stale message dropped: vote_reply of term 2 from n2
[  348.000] n1 stale message dropped: vote_reply of term 2 from n3
[  349.333] n2 peer is replicated to: n3 has up to entry 2
[  349.333] n2 commit index moved to 2
[  349.333] n2 commit 1 -> 2, applied 2
[  350.333] n3 commit index moved to 2
[  350.333] n3 commit 1 -> 2, applied 2
[  357.333] n1 commit index moved to 2
[  357.333] n1 appends 2 of term 2 (noop)
[  357.333] n1 commit 1 -> 2, applied 2
[  357.333] n1 follows n2 (term 2)
expect all leader=n2
