# Check-quorum (thesis 6.2; etcd checkquorum): a leader that hears no majority for T steps down by
# itself; its waiting client learns that the outcome is unknown (H11).
nodes 3
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
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 is starting_election
[  100.000] n1 pre-vote started for term 1
[  100.000] n1 is pre_vote
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  102.000] n1 is voting
[  102.000] n1 stale message dropped: vote_reply of term 1 from n3
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 is became_leader
[  106.000] n1 appends 1 of term 1 (noop)
[  106.000] n1 is sent_entries
[  106.000] n1 stale message dropped: vote_reply of term 1 from n3
[  107.000] n2 is joined
[  107.000] n2 is prepared
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 is joined
[  107.000] n3 is prepared
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 commit 0 -> 1, applied 1
[  109.000] n1 is sent_commit
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
[  110.000] n2 is committed
[  110.000] n3 commit index moved to 1
[  110.000] n3 commit 0 -> 1, applied 1
[  110.000] n3 is committed
trace -substates
isolate n1
propose n1 lost
[  110.000] n1 appends 2 of term 1 (command)
run until n1 follower within=300ms
[  136.000] n1 peer is probed: n2 from entry 2
[  136.000] n1 peer is probed: n3 from entry 2
[  216.000] n1 stepped down: no quorum heard
[  216.000] n1 leader -> follower (term 1)
[  216.000] n1 answers: unknown
run until n2 leader
[  243.333] n2 election timeout: no leader heard for 133 ms
[  243.333] n2 follower -> candidate (term 1)
[  243.333] n2 pre-vote started for term 2
[  244.333] n3 pre-vote granted to n2 in term 2
[  245.333] n2 pre-vote received from n3 -> 2 so far
[  245.333] n2 election started for term 2
[  247.333] n3 higher term seen from n2 -> term 2
[  247.333] n3 vote granted to n2 in term 2
[  249.333] n2 vote received from n3 -> 2 so far
[  249.333] n2 election won with 2 of 3 votes
[  249.333] n2 candidate -> leader (term 2)
[  249.333] n2 appends 2 of term 2 (noop)
heal
run until converged
[  250.333] n3 appends 2 of term 2 (noop)
[  250.333] n3 follows n2 (term 2)
[  252.333] n2 peer is replicated to: n3 has up to entry 2
[  252.333] n2 commit index moved to 2
[  252.333] n2 commit 1 -> 2, applied 2
[  253.333] n3 commit index moved to 2
[  253.333] n3 commit 1 -> 2, applied 2
[  260.333] n1 higher term seen from n2 -> term 2
[  260.333] n1 log truncated: entries 2..2 removed
[  260.333] n1 commit index moved to 2
[  260.333] n1 removes 2..2
[  260.333] n1 appends 2 of term 2 (noop)
[  260.333] n1 commit 1 -> 2, applied 2
[  260.333] n1 follows n2 (term 2)
expect all leader=n2 term=2 log=1,2
