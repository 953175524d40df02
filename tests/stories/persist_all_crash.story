# MIT 2C Persist1..3: all crash at once, all come back: what was committed is there, in the logs and in
# the state, and the next command follows it.
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
propose n1 a b
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 appends 3 of term 1 (command)
run until converged
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  111.000] n2 appends 3 of term 1 (command)
[  111.000] n3 appends 3 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n1 commit index moved to 3
[  114.000] n1 answers: ok, entry 3
[  114.000] n1 commit 2 -> 3, applied 3
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
[  114.000] n3 commit index moved to 2
[  114.000] n3 commit 1 -> 2, applied 2
[  115.000] n2 commit index moved to 3
[  115.000] n2 commit 2 -> 3, applied 3
[  115.000] n3 commit index moved to 3
[  115.000] n3 commit 2 -> 3, applied 3
crash all
[  115.000] n1 crashes
[  115.000] n2 crashes
[  115.000] n3 crashes
restart all
[  115.000] n1 restarts
[  115.000] n1 commit index moved to 1
[  115.000] n1 commit 0 -> 1, applied 0
[  115.000] n2 restarts
[  115.000] n2 commit index moved to 1
[  115.000] n2 commit 0 -> 1, applied 0
[  115.000] n3 restarts
[  115.000] n3 commit index moved to 1
[  115.000] n3 commit 0 -> 1, applied 0
run until converged
[  115.000] n1 stale message dropped: append_reply of term 1 from n2
[  115.000] n1 stale message dropped: append_reply of term 1 from n3
[  116.000] n1 stale message dropped: append_reply of term 1 from n2
[  116.000] n1 stale message dropped: append_reply of term 1 from n3
[  215.000] n1 election timeout: no leader was heard
[  215.000] n1 follower -> candidate (term 1)
[  215.000] n1 pre-vote started for term 2
[  216.000] n2 pre-vote granted to n1 in term 2
[  216.000] n3 pre-vote granted to n1 in term 2
[  217.000] n1 pre-vote received from n2 -> 2 so far
[  217.000] n1 election started for term 2
[  217.000] n1 stale message dropped: vote_reply of term 2 from n3
[  219.000] n2 higher term seen from n1 -> term 2
[  219.000] n2 vote granted to n1 in term 2
[  219.000] n3 higher term seen from n1 -> term 2
[  219.000] n3 vote granted to n1 in term 2
[  221.000] n1 vote received from n2 -> 2 so far
[  221.000] n1 election won with 2 of 3 votes
[  221.000] n1 candidate -> leader (term 2)
[  221.000] n1 appends 4 of term 2 (noop)
[  221.000] n1 stale message dropped: vote_reply of term 2 from n3
[  222.000] n2 appends 4 of term 2 (noop)
[  222.000] n2 follows n1 (term 2)
[  222.000] n3 appends 4 of term 2 (noop)
[  222.000] n3 follows n1 (term 2)
[  224.000] n1 peer is replicated to: n2 has up to entry 4
[  224.000] n1 commit index moved to 4
[  224.000] n1 commit 1 -> 4, applied 1
[  224.000] n1 peer is replicated to: n3 has up to entry 4
[  225.000] n2 commit index moved to 4
[  225.000] n2 commit 1 -> 4, applied 1
[  225.000] n3 commit index moved to 4
[  225.000] n3 commit 1 -> 4, applied 1
expect all log=1,1,1,2 commit=4 applied=4
propose n1 c
[  226.000] n1 appends 5 of term 2 (command)
run until converged
[  227.000] n2 appends 5 of term 2 (command)
[  227.000] n3 appends 5 of term 2 (command)
[  229.000] n1 commit index moved to 5
[  229.000] n1 answers: ok, entry 5
[  229.000] n1 commit 4 -> 5, applied 5
[  230.000] n2 commit index moved to 5
[  230.000] n2 commit 4 -> 5, applied 5
[  230.000] n3 commit index moved to 5
[  230.000] n3 commit 4 -> 5, applied 5
crash n1
[  230.000] n1 crashes
run until n2 leader
[  363.333] n2 election timeout: no leader heard for 133 ms
[  363.333] n2 follower -> candidate (term 2)
[  363.333] n2 pre-vote started for term 3
[  364.333] n3 pre-vote granted to n2 in term 3
[  365.333] n2 pre-vote received from n3 -> 2 so far
[  365.333] n2 election started for term 3
[  367.333] n3 higher term seen from n2 -> term 3
[  367.333] n3 vote granted to n2 in term 3
[  369.333] n2 vote received from n3 -> 2 so far
[  369.333] n2 election won with 2 of 3 votes
[  369.333] n2 candidate -> leader (term 3)
[  369.333] n2 appends 6 of term 3 (noop)
crash n2
[  369.333] n2 crashes
restart n1
[  369.333] n1 restarts
[  369.333] n1 commit index moved to 4
[  369.333] n1 commit 0 -> 4, applied 0
run until leader within=1s
[  370.333] n1 higher term seen from n2 -> term 3
[  370.333] n1 commit index moved to 5
[  370.333] n1 appends 6 of term 3 (noop)
[  370.333] n1 commit 4 -> 5, applied 0
[  370.333] n1 follows n2 (term 3)
[  370.333] n3 appends 6 of term 3 (noop)
[  370.333] n3 follows n2 (term 3)
[  470.333] n1 election timeout: no leader heard for 100 ms
[  470.333] n1 follower -> candidate (term 3)
[  470.333] n1 pre-vote started for term 4
[  471.333] n3 pre-vote granted to n1 in term 4
[  472.333] n1 pre-vote received from n3 -> 2 so far
[  472.333] n1 election started for term 4
[  474.333] n3 higher term seen from n1 -> term 4
[  474.333] n3 vote granted to n1 in term 4
[  476.333] n1 vote received from n3 -> 2 so far
[  476.333] n1 election won with 2 of 3 votes
[  476.333] n1 candidate -> leader (term 4)
[  476.333] n1 appends 7 of term 4 (noop)
restart n2
[  476.333] n2 restarts
[  476.333] n2 commit index moved to 5
[  476.333] n2 commit 0 -> 5, applied 0
run until converged
[  477.333] n2 higher term seen from n1 -> term 4
[  477.333] n2 append refused: entry 6 of n1 does not fit -> try 5
[  477.333] n2 follows n1 (term 4)
[  477.333] n3 appends 7 of term 4 (noop)
[  477.333] n3 follows n1 (term 4)
[  479.333] n1 append denied by follower n2 at entry 6 -> it may have 5
[  479.333] n1 peer is replicated to: n3 has up to entry 7
[  479.333] n1 commit index moved to 7
[  479.333] n1 commit 5 -> 7, applied 7
[  480.333] n2 appends 6 of term 3 (noop)
[  480.333] n2 appends 7 of term 4 (noop)
[  480.333] n3 commit index moved to 7
[  480.333] n3 commit 5 -> 7, applied 7
[  482.333] n1 peer is replicated to: n2 has up to entry 7
[  483.333] n2 commit index moved to 7
[  483.333] n2 commit 5 -> 7, applied 7
