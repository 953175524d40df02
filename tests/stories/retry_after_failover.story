# Exactly once: a leader dies after it has brought a client's command round and before it could
# answer. The client tries again at the next leader, which has the first copy in its log and does
# not know yet that it is committed: it takes the second one too. Both are committed, the first one
# runs, and the answer speaks of the first. A third copy is answered at once, by a follower too.

nodes 3
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until leader=n1
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
run for 20ms
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
hold n2,n3>n1
request n1 c1 1 blue
run for 3ms
[  127.000] n1 appends 2 of term 1 (command)
[  128.000] n2 appends 2 of term 1 (command)
[  128.000] n3 appends 2 of term 1 (command)
expect n2,n3 last=2
expect n2,n3 commit=1
crash n1
[  129.000] n1 crashes
release n2,n3>n1
hold n3>n2 append_reply
run until leader=n2
[  261.333] n2 election timeout: no leader heard for 133 ms
[  261.333] n2 follower -> candidate (term 1)
[  261.333] n2 pre-vote started for term 2
[  262.333] n3 pre-vote granted to n2 in term 2
[  263.333] n2 pre-vote received from n3 -> 2 so far
[  263.333] n2 election started for term 2
[  265.333] n3 higher term seen from n2 -> term 2
[  265.333] n3 vote granted to n2 in term 2
[  267.333] n2 vote received from n3 -> 2 so far
[  267.333] n2 election won with 2 of 3 votes
[  267.333] n2 candidate -> leader (term 2)
[  267.333] n2 appends 3 of term 2 (noop)
run for 3ms
[  268.333] n3 appends 3 of term 2 (noop)
[  268.333] n3 follows n2 (term 2)
expect n2 commit=1
request n2 c1 1 blue
run for 2ms
[  271.333] n2 appends 4 of term 2 (command)
expect n2 log=1,1,2,2
release n3>n2
[  272.333] n2 peer is replicated to: n3 has up to entry 3
[  272.333] n2 commit index moved to 3
[  272.333] n2 commit 1 -> 3, applied 3
run until n2,n3 applied=4
[  273.333] n3 commit index moved to 3
[  273.333] n3 appends 4 of term 2 (command)
[  273.333] n3 commit 1 -> 3, applied 3
[  275.333] n2 commit index moved to 4
[  275.333] n2 commit 3 -> 4, applied 4
[  276.333] n2 answers command 1 of c1: ok, 2
[  276.333] n3 commit index moved to 4
[  276.333] n3 commit 3 -> 4, applied 4
run for 2ms
request n3 c1 1 blue
run for 3ms
[  280.333] n3 answers command 1 of c1: ok, 2
expect n2 last=4
restart n1
[  281.333] n1 restarts
[  281.333] n1 commit index moved to 1
[  281.333] n1 commit 0 -> 1, applied 0
run until converged
[  288.333] n1 higher term seen from n2 -> term 2
[  288.333] n1 commit index moved to 4
[  288.333] n1 appends 3 of term 2 (noop)
[  288.333] n1 appends 4 of term 2 (command)
[  288.333] n1 commit 1 -> 4, applied 1
[  288.333] n1 follows n2 (term 2)
request n1 c1 1 blue
run for 3ms
[  290.333] n2 peer is replicated to: n1 has up to entry 4
[  292.333] n1 answers command 1 of c1: ok, 2
