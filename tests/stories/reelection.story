# Re-election (MIT 2A ReElection, G1, I4): the leader crashes, another one is elected in a higher
# term; the old one comes back and follows; without a quorum nobody leads.
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
expect leader=n1
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
run until n1 applied=2
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
crash n1
[  113.000] n1 crashes
run until n2 leader
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  247.333] n2 election timeout: no leader heard for 133 ms
[  247.333] n2 follower -> candidate (term 1)
[  247.333] n2 pre-vote started for term 2
[  248.333] n3 pre-vote granted to n2 in term 2
[  249.333] n2 pre-vote received from n3 -> 2 so far
[  249.333] n2 election started for term 2
[  251.333] n3 higher term seen from n2 -> term 2
[  251.333] n3 vote granted to n2 in term 2
[  253.333] n2 vote received from n3 -> 2 so far
[  253.333] n2 election won with 2 of 3 votes
[  253.333] n2 candidate -> leader (term 2)
[  253.333] n2 appends 3 of term 2 (noop)
expect n2 term=2 log=1,1,2
propose n2 b
[  253.333] n2 appends 4 of term 2 (command)
run until n2 applied=4
[  254.333] n3 commit index moved to 2
[  254.333] n3 appends 3 of term 2 (noop)
[  254.333] n3 commit 1 -> 2, applied 2
[  254.333] n3 follows n2 (term 2)
[  256.333] n2 peer is replicated to: n3 has up to entry 3
[  256.333] n2 commit index moved to 3
[  256.333] n2 commit 2 -> 3, applied 3
[  257.333] n3 commit index moved to 3
[  257.333] n3 appends 4 of term 2 (command)
[  257.333] n3 commit 2 -> 3, applied 3
[  259.333] n2 commit index moved to 4
[  259.333] n2 answers: ok, entry 4
[  259.333] n2 commit 3 -> 4, applied 4
restart n1
[  259.333] n1 restarts
[  259.333] n1 commit index moved to 1
[  259.333] n1 commit 0 -> 1, applied 0
run until converged
[  260.333] n3 commit index moved to 4
[  260.333] n3 commit 3 -> 4, applied 4
[  264.333] n1 higher term seen from n2 -> term 2
[  264.333] n1 commit index moved to 4
[  264.333] n1 appends 3 of term 2 (noop)
[  264.333] n1 appends 4 of term 2 (command)
[  264.333] n1 commit 1 -> 4, applied 1
[  264.333] n1 follows n2 (term 2)
expect all term=2 leader=n2 log=1,1,2,2 commit=4
run for 300ms
[  266.333] n2 peer is replicated to: n1 has up to entry 4
expect n2 leader term=2
crash n2,n3
[  566.333] n2 crashes
[  566.333] n3 crashes
trace off
run for 2s
expect no-leader
expect n1 candidate term=2
trace +roles +world
restart n3
[ 2566.333] n3 restarts
run until leader
[ 2580.333] n1 candidate -> leader (term 3)
run until n1 applied=5+
[ 2581.333] n3 follows n1 (term 3)
expect n1 log=1,1,2,2,3
