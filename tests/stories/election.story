# A first election (B4, B5, B8, B9, H15; etcd campaign): the node whose timer fires first asks for
# pre-votes, then for votes, wins with the second yes of three, and commits the noop of its term with a
# majority, never alone.
nodes 3
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until n1 candidate
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
expect n1 candidate substate=pre_vote term=0
run until n1 leader
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
run until converged
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
expect all term=1 leader=n1 commit=1 log=1
run for 300ms
expect n1 leader term=1
