# Log repair (G4, G5, I14, B16): a follower that misses entries and has others instead is probed,
# refuses with a hint, and gets the leader's log; what was not committed is removed.
nodes 3
state n1 log=1,1,2,2,2,3 term=3
state n2 log=1,1,2,2,2,3 term=3
state n3 log=1,1,1,1 term=1
trace +substates
start all
[    0.000] n1 starts
[    0.000] n1 is starting
[    0.000] n2 starts
[    0.000] n2 is starting
[    0.000] n3 starts
[    0.000] n3 is starting
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 is leader_lost
[  100.000] n1 follower -> candidate (term 3)
[  100.000] n1 is starting_election
[  100.000] n1 pre-vote started for term 4
[  100.000] n1 is pre_vote
[  101.000] n2 pre-vote granted to n1 in term 4
[  101.000] n3 pre-vote granted to n1 in term 4
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 4
[  102.000] n1 is voting
[  102.000] n1 stale message dropped: vote_reply of term 4 from n3
[  104.000] n2 higher term seen from n1 -> term 4
[  104.000] n2 vote granted to n1 in term 4
[  104.000] n3 higher term seen from n1 -> term 4
[  104.000] n3 vote granted to n1 in term 4
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 4)
[  106.000] n1 is became_leader
[  106.000] n1 appends 7 of term 4 (noop)
[  106.000] n1 is sent_entries
[  106.000] n1 stale message dropped: vote_reply of term 4 from n3
[  107.000] n2 is joined
[  107.000] n2 is prepared
[  107.000] n2 appends 7 of term 4 (noop)
[  107.000] n2 follows n1 (term 4)
[  107.000] n3 is joined
[  107.000] n3 append refused: entry 6 of n1 does not fit -> try 4
[  107.000] n3 is out_of_sync
[  107.000] n3 follows n1 (term 4)
[  108.000] n1 append denied by follower n3 at entry 6 -> it may have 4
[  109.000] n1 peer is replicated to: n2 has up to entry 7
[  109.000] n1 commit index moved to 7
[  109.000] n1 commit 0 -> 7, applied 0
[  109.000] n1 is sent_commit
[  109.000] n1 is sent_entries
[  110.000] n2 commit index moved to 7
[  110.000] n2 commit 0 -> 7, applied 0
[  110.000] n2 is committed
[  110.000] n3 log truncated: entries 3..4 removed
[  110.000] n3 is prepared
[  110.000] n3 removes 3..4
[  110.000] n3 appends 3 of term 2 (noop)
[  110.000] n3 appends 4 of term 2 (noop)
[  110.000] n3 appends 5 of term 2 (noop)
[  110.000] n3 appends 6 of term 3 (noop)
[  110.000] n3 appends 7 of term 4 (noop)
[  112.000] n1 peer is replicated to: n3 has up to entry 7
[  112.000] n1 is sent_commit
[  113.000] n3 commit index moved to 7
[  113.000] n3 commit 0 -> 7, applied 0
[  113.000] n3 is committed
expect all log=1,1,2,2,2,3,4 commit=7 leader=n1
