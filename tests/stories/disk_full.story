# Disk full (C10, design 4.11): a follower without space acknowledges nothing and stays a follower; a
# leader without space steps down or refuses; with space again all goes on.
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
trace -substates +world
disk n3 full
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until n3 substate=disk_full
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  112.000] n3 no space left
run until n1,n2 applied=2
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
expect n3 follower commit=1+
disk n3 space
run until converged
[  117.000] n3 commit index moved to 2
[  117.000] n3 commit 1 -> 2, applied 2
disk n1 full
propose n1 b
[  117.000] n1 appends 3 of term 1 (command)
run for 30ms
[  118.000] n1 no space left
[  118.000] n2 appends 3 of term 1 (command)
[  122.000] n3 space is back
[  127.000] n3 append refused: entry 3 of n1 does not fit -> try 2
[  128.000] n1 append denied by follower n3 at entry 3 -> it may have 2
[  128.000] n1 peer is probed: n3 from entry 3
[  129.000] n3 appends 3 of term 1 (command)
[  131.000] n1 peer is replicated to: n3 has up to entry 3
[  131.000] n1 commit index moved to 3
[  131.000] n1 answers: ok, entry 3
[  131.000] n1 commit 2 -> 3, applied 3
[  132.000] n2 commit index moved to 3
[  132.000] n2 commit 2 -> 3, applied 3
[  132.000] n3 commit index moved to 3
[  132.000] n3 commit 2 -> 3, applied 3
propose n1 c
[  147.000] n1 answers: disk_full
run for 300ms
expect n1 leader substate=disk_full
disk n1 space
run until converged
