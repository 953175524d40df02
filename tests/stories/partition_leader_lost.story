# Partition of 5, the leader is lost to the minority (G7, MIT 2B FailNoAgree, I8): the majority elects
# another one; what the old leader took meanwhile is never committed and vanishes after the heal.
# Check-quorum is off, so that the old leader goes on.
nodes 5 checkquorum=off
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
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until converged
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  111.000] n4 appends 2 of term 1 (command)
[  111.000] n5 appends 2 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  114.000] n3 commit index moved to 2
[  114.000] n3 commit 1 -> 2, applied 2
[  114.000] n4 commit index moved to 2
[  114.000] n4 commit 1 -> 2, applied 2
[  114.000] n5 commit index moved to 2
[  114.000] n5 commit 1 -> 2, applied 2
partition n1,n2 | n3,n4,n5
propose n1 lost lost
[  114.000] n1 appends 3 of term 1 (command)
[  114.000] n1 appends 4 of term 1 (command)
run for 20ms
[  115.000] n2 appends 3 of term 1 (command)
[  115.000] n2 appends 4 of term 1 (command)
expect n1 leader commit=2 log=1,1,1,1
run until n3 leader within=1s
[  136.000] n1 peer is probed: n3 from entry 3
[  136.000] n1 peer is probed: n4 from entry 3
[  136.000] n1 peer is probed: n5 from entry 3
[  254.000] n3 election timeout: no leader heard for 140 ms
[  254.000] n3 follower -> candidate (term 1)
[  254.000] n3 pre-vote started for term 2
[  255.000] n4 pre-vote granted to n3 in term 2
[  255.000] n5 pre-vote granted to n3 in term 2
[  256.000] n3 pre-vote received from n4 -> 2 so far
[  256.000] n3 pre-vote received from n5 -> 3 so far
[  256.000] n3 election started for term 2
[  258.000] n4 higher term seen from n3 -> term 2
[  258.000] n4 vote granted to n3 in term 2
[  258.000] n5 higher term seen from n3 -> term 2
[  258.000] n5 vote granted to n3 in term 2
[  260.000] n3 vote received from n4 -> 2 so far
[  260.000] n3 vote received from n5 -> 3 so far
[  260.000] n3 election won with 3 of 5 votes
[  260.000] n3 candidate -> leader (term 2)
[  260.000] n3 appends 3 of term 2 (noop)
propose n3 b
[  260.000] n3 appends 4 of term 2 (command)
run until n3,n4,n5 applied=4
[  261.000] n4 appends 3 of term 2 (noop)
[  261.000] n4 follows n3 (term 2)
[  261.000] n5 appends 3 of term 2 (noop)
[  261.000] n5 follows n3 (term 2)
[  263.000] n3 peer is replicated to: n4 has up to entry 3
[  263.000] n3 peer is replicated to: n5 has up to entry 3
[  263.000] n3 commit index moved to 3
[  263.000] n3 commit 2 -> 3, applied 3
[  264.000] n4 appends 4 of term 2 (command)
[  264.000] n4 commit index moved to 3
[  264.000] n4 commit 2 -> 3, applied 3
[  264.000] n5 commit index moved to 3
[  264.000] n5 appends 4 of term 2 (command)
[  264.000] n5 commit 2 -> 3, applied 3
[  266.000] n3 commit index moved to 4
[  266.000] n3 answers: ok, entry 4
[  266.000] n3 commit 3 -> 4, applied 4
[  267.000] n4 commit index moved to 4
[  267.000] n4 commit 3 -> 4, applied 4
[  267.000] n5 commit index moved to 4
[  267.000] n5 commit 3 -> 4, applied 4
expect n1 leader term=1 commit=2
heal
run until converged
[  271.000] n1 higher term seen from n3 -> term 2
[  271.000] n1 stepped down: higher term
[  271.000] n1 leader -> follower (term 2)
[  271.000] n1 answers: unknown
[  271.000] n1 answers: unknown
[  271.000] n1 log truncated: entries 3..4 removed
[  271.000] n1 commit index moved to 4
[  271.000] n1 removes 3..4
[  271.000] n1 appends 3 of term 2 (noop)
[  271.000] n1 appends 4 of term 2 (command)
[  271.000] n1 commit 2 -> 4, applied 4
[  271.000] n1 follows n3 (term 2)
[  271.000] n2 higher term seen from n3 -> term 2
[  271.000] n2 log truncated: entries 3..4 removed
[  271.000] n2 commit index moved to 4
[  271.000] n2 removes 3..4
[  271.000] n2 appends 3 of term 2 (noop)
[  271.000] n2 appends 4 of term 2 (command)
[  271.000] n2 commit 2 -> 4, applied 4
[  271.000] n2 follows n3 (term 2)
expect all leader=n3 log=1,1,2,2
