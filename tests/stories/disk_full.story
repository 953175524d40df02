# Disk full (C10, design 4.11): a follower without space acknowledges nothing and stays a follower; a
# leader without space hands over where there is some; where too few have any to follow another leader it
# stays; with space again all goes on.
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
[  136.000] n1 leadership transfer started to n2
[  137.000] n2 asked to take over by n1
[  137.000] n2 follower -> candidate (term 1)
[  137.000] n2 election started for term 2
[  137.000] n2 stale message dropped: timeout_now of term 1 from n1
[  139.000] n1 higher term seen from n2 -> term 2
[  139.000] n1 stepped down: higher term
[  139.000] n1 leader -> follower (term 2)
[  139.000] n1 vote granted to n2 in term 2
[  139.000] n3 higher term seen from n2 -> term 2
[  139.000] n3 vote granted to n2 in term 2
[  141.000] n2 vote received from n3 -> 2 so far
[  141.000] n2 election won with 2 of 3 votes
[  141.000] n2 candidate -> leader (term 2)
[  141.000] n2 appends 4 of term 2 (noop)
[  142.000] n1 follows n2 (term 2)
[  142.000] n3 appends 4 of term 2 (noop)
[  142.000] n3 follows n2 (term 2)
[  144.000] n2 peer is replicated to: n3 has up to entry 4
[  144.000] n2 commit index moved to 4
[  144.000] n2 commit 3 -> 4, applied 4
[  145.000] n3 commit index moved to 4
[  145.000] n3 commit 3 -> 4, applied 4
run until n2 leader applied=4
expect n1 follower substate=disk_full
propose n2 c
[  147.000] n2 appends 5 of term 2 (command)
run until n2,n3 applied=5
[  148.000] n3 appends 5 of term 2 (command)
[  150.000] n2 commit index moved to 5
[  150.000] n2 answers: ok, entry 5
[  150.000] n2 commit 4 -> 5, applied 5
[  151.000] n3 commit index moved to 5
[  151.000] n3 commit 4 -> 5, applied 5
disk n1 space
run until converged
[  158.000] n1 space is back
[  161.000] n2 stale message dropped: vote_reply of term 2 from n1
[  162.000] n1 commit index moved to 5
[  162.000] n1 appends 4 of term 2 (noop)
[  162.000] n1 appends 5 of term 2 (command)
[  162.000] n1 commit 3 -> 5, applied 5
trace -world
disk n1 full
disk n2 full
disk n3 full
propose n2 d
[  162.000] n2 appends 6 of term 2 (command)
run until n1,n2,n3 substate=disk_full
[  163.000] n1 no space left
[  163.000] n2 no space left
[  163.000] n3 appends 6 of term 2 (command)
[  164.000] n3 no space left
trace +world
run for 300ms
expect n2 leader substate=disk_full
propose n2 e
[  464.000] n2 answers: disk_full
disk n3 space
run for 300ms
[  474.000] n3 space is back
expect n2 leader substate=disk_full
disk n1 space
run until n2 follower
[  773.000] n1 space is back
[  782.000] n1 appends 6 of term 2 (command)
[  784.000] n2 peer is replicated to: n1 has up to entry 6
[  784.000] n2 commit index moved to 6
[  784.000] n2 answers: ok, entry 6
[  784.000] n2 commit 5 -> 6, applied 6
[  785.000] n1 commit index moved to 6
[  785.000] n1 commit 5 -> 6, applied 6
[  785.000] n3 commit index moved to 6
[  785.000] n3 commit 5 -> 6, applied 6
[  791.000] n2 leadership transfer started to n1
[  792.000] n1 asked to take over by n2
[  792.000] n1 follower -> candidate (term 2)
[  792.000] n1 election started for term 3
[  792.000] n1 stale message dropped: timeout_now of term 2 from n2
[  794.000] n2 higher term seen from n1 -> term 3
[  794.000] n2 stepped down: higher term
[  794.000] n2 leader -> follower (term 3)
[  794.000] n2 vote granted to n1 in term 3
disk n2 space
run until converged
[  794.000] n3 higher term seen from n1 -> term 3
[  794.000] n3 vote granted to n1 in term 3
[  795.000] n2 space is back
[  796.000] n1 vote received from n3 -> 2 so far
[  796.000] n1 election won with 2 of 3 votes
[  796.000] n1 candidate -> leader (term 3)
[  796.000] n1 appends 7 of term 3 (noop)
[  797.000] n2 appends 7 of term 3 (noop)
[  797.000] n2 follows n1 (term 3)
[  797.000] n3 appends 7 of term 3 (noop)
[  797.000] n3 follows n1 (term 3)
[  799.000] n1 stale message dropped: vote_reply of term 3 from n2
[  799.000] n1 peer is replicated to: n3 has up to entry 7
[  799.000] n1 commit index moved to 7
[  799.000] n1 commit 6 -> 7, applied 7
[  800.000] n3 commit index moved to 7
[  800.000] n3 commit 6 -> 7, applied 7
[  804.000] n1 peer is replicated to: n2 has up to entry 7
[  805.000] n2 commit index moved to 7
[  805.000] n2 commit 6 -> 7, applied 7
