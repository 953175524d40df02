# Figure 8 of the Raft paper (B15), the end (e): when an entry of the leader's own term has reached a
# majority, all before it is committed with it, and a node without it cannot win.
nodes 5 prevote=off checkquorum=off batch=1
state n1 log=1
state n2 log=1
state n3 log=1
state n4 log=1
state n5 log=1
# (a) n1 leads term 2; its entry (2) reaches n2 only.
hold n1>n3,n4,n5 append
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until n1 leader
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 1)
[  100.000] n1 election started for term 2
[  102.000] n2 higher term seen from n1 -> term 2
[  102.000] n2 vote granted to n1 in term 2
[  102.000] n3 higher term seen from n1 -> term 2
[  102.000] n3 vote granted to n1 in term 2
[  102.000] n4 higher term seen from n1 -> term 2
[  102.000] n4 vote granted to n1 in term 2
[  102.000] n5 higher term seen from n1 -> term 2
[  102.000] n5 vote granted to n1 in term 2
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 vote received from n3 -> 3 so far
[  104.000] n1 election won with 3 of 5 votes
[  104.000] n1 candidate -> leader (term 2)
[  104.000] n1 appends 2 of term 2 (noop)
run until n2 log=1,2
[  104.000] n1 stale message dropped: vote_reply of term 2 from n4
[  104.000] n1 stale message dropped: vote_reply of term 2 from n5
[  105.000] n2 appends 2 of term 2 (noop)
[  105.000] n2 follows n1 (term 2)
expect n1 log=1,2 commit=0
expect n3,n4,n5 log=1
# (b) n1 crashes; n5 leads term 3 with the votes of n3 and n4, its entry (3) reaches nobody.
crash n1
[  105.000] n1 crashes
hold n5>* append
campaign n5
[  105.000] n5 election timeout: no leader was heard
[  105.000] n5 follower -> candidate (term 2)
[  105.000] n5 election started for term 3
run until n5 leader durable=2
[  107.000] n2 higher term seen from n5 -> term 3
[  107.000] n2 vote refused to n5: its log is behind
[  107.000] n3 higher term seen from n5 -> term 3
[  107.000] n3 vote granted to n5 in term 3
[  107.000] n4 higher term seen from n5 -> term 3
[  107.000] n4 vote granted to n5 in term 3
[  109.000] n5 vote denied by n2 of term 3
[  109.000] n5 vote received from n3 -> 2 so far
[  109.000] n5 vote received from n4 -> 3 so far
[  109.000] n5 election won with 3 of 5 votes
[  109.000] n5 candidate -> leader (term 3)
[  109.000] n5 appends 2 of term 3 (noop)
expect n5 term=3 log=1,3
expect n3,n4 term=3 vote=n5
# (c) n5 crashes; n1 leads term 4 and brings (2) to n3: it lies on a majority of disks.
crash n5
[  110.000] n5 crashes
restart n1
[  110.000] n1 restarts
timeout n1=100ms n2=190ms n3=190ms n4=190ms
lose n1>* all
hold n1>* append
campaign n1
[  110.000] n1 election timeout: no leader was heard
[  110.000] n1 follower -> candidate (term 2)
[  110.000] n1 election started for term 3
run until n1 leader durable=3
[  112.000] n2 vote granted to n1 in term 3
[  112.000] n3 vote refused to n1: voted for another
[  112.000] n4 vote refused to n1: voted for another
[  113.000] n1 vote denied by n3 of term 3
[  113.000] n1 vote denied by n4 of term 3
[  114.000] n1 vote received from n2 -> 2 so far
[  210.000] n1 election timeout: no leader was heard
[  210.000] n1 election started for term 4
[  212.000] n2 higher term seen from n1 -> term 4
[  212.000] n2 vote granted to n1 in term 4
[  212.000] n3 higher term seen from n1 -> term 4
[  212.000] n3 vote granted to n1 in term 4
[  212.000] n4 higher term seen from n1 -> term 4
[  212.000] n4 vote granted to n1 in term 4
[  214.000] n1 vote received from n2 -> 2 so far
[  214.000] n1 vote received from n3 -> 3 so far
[  214.000] n1 election won with 3 of 5 votes
[  214.000] n1 candidate -> leader (term 4)
[  214.000] n1 appends 3 of term 4 (noop)
[  214.000] n1 stale message dropped: vote_reply of term 4 from n4
expect n1 term=4 log=1,2,4
deliver n1>n3
[  215.000] n3 append refused: entry 2 of n1 does not fit -> try 1
[  215.000] n3 follows n1 (term 4)
run for 3ms
[  216.000] n1 append denied by follower n3 at entry 2 -> it may have 1
deliver n1>n3
[  218.000] n3 appends 2 of term 2 (noop)
run until n3 log=1,2
run for 3ms
[  220.000] n1 peer is replicated to: n3 has up to entry 2
expect n1 commit=0
expect n2,n3 log=1,2
expect n4 log=1
# (e) (4) reaches n3 and then n2: entries 1..3 are committed at once.
deliver n1>n3 all
[  221.000] n3 appends 3 of term 4 (noop)
run for 3ms
expect n3 log=1,2,4
expect n1 commit=0
deliver n1>n2
[  224.000] n2 appends 3 of term 4 (noop)
[  224.000] n2 follows n1 (term 4)
run for 3ms
[  226.000] n1 peer is replicated to: n2 has up to entry 3
[  226.000] n1 commit index moved to 3
[  226.000] n1 commit 0 -> 3, applied 0
expect n2 log=1,2,4
expect n1 commit=3
# n5 cannot win any more: n2 and n3 refuse.
crash n1
[  227.000] n1 crashes
lose n1>* all
restart n5
[  227.000] n5 restarts
timeout n5=100ms
campaign n5
[  227.000] n5 election timeout: no leader was heard
[  227.000] n5 follower -> candidate (term 3)
[  227.000] n5 election started for term 4
run for 90ms
[  229.000] n2 vote refused to n5: voted for another
[  229.000] n3 vote refused to n5: voted for another
[  229.000] n4 vote refused to n5: voted for another
[  230.000] n5 vote denied by n2 of term 4
[  230.000] n5 vote denied by n3 of term 4
[  230.000] n5 vote denied by n4 of term 4
campaign n5
[  317.000] n5 election timeout: no leader was heard
[  317.000] n5 election started for term 5
run for 90ms
[  319.000] n2 higher term seen from n5 -> term 5
[  319.000] n2 vote refused to n5: its log is behind
[  319.000] n3 higher term seen from n5 -> term 5
[  319.000] n3 vote refused to n5: its log is behind
[  319.000] n4 higher term seen from n5 -> term 5
[  319.000] n4 vote granted to n5 in term 5
[  321.000] n5 vote denied by n2 of term 5
[  321.000] n5 vote denied by n3 of term 5
[  321.000] n5 vote received from n4 -> 2 so far
expect n5 candidate
expect n2,n3 log=1,2,4
release *>*
[  407.000] n2 stale message dropped: append of term 3 from n5
[  407.000] n3 stale message dropped: append of term 3 from n5
[  407.000] n4 stale message dropped: append of term 3 from n5
timeout n2=100ms n5=190ms
campaign n2
[  407.000] n2 election timeout: no leader heard for 183 ms
[  407.000] n2 follower -> candidate (term 5)
[  407.000] n2 election started for term 6
run until n2 leader within=2s
[  408.000] n5 stale message dropped: append_reply of term 5 from n2
[  408.000] n5 stale message dropped: append_reply of term 5 from n3
[  408.000] n5 stale message dropped: append_reply of term 5 from n4
[  409.000] n3 higher term seen from n2 -> term 6
[  409.000] n3 vote granted to n2 in term 6
[  409.000] n4 higher term seen from n2 -> term 6
[  409.000] n4 vote granted to n2 in term 6
[  409.000] n5 higher term seen from n2 -> term 6
[  409.000] n5 stepped down: higher term
[  409.000] n5 candidate -> follower (term 6)
[  409.000] n5 vote granted to n2 in term 6
[  411.000] n2 vote received from n3 -> 2 so far
[  411.000] n2 vote received from n4 -> 3 so far
[  411.000] n2 election won with 3 of 5 votes
[  411.000] n2 candidate -> leader (term 6)
[  411.000] n2 appends 4 of term 6 (noop)
restart n1
[  411.000] n1 restarts
run until converged
[  411.000] n2 stale message dropped: vote_reply of term 6 from n5
[  412.000] n1 higher term seen from n2 -> term 6
[  412.000] n1 appends 4 of term 6 (noop)
[  412.000] n1 follows n2 (term 6)
[  412.000] n3 appends 4 of term 6 (noop)
[  412.000] n3 follows n2 (term 6)
[  412.000] n4 append refused: entry 3 of n2 does not fit -> try 1
[  412.000] n4 follows n2 (term 6)
[  412.000] n5 append refused: entry 3 of n2 does not fit -> try 2
[  412.000] n5 follows n2 (term 6)
[  413.000] n2 append denied by follower n4 at entry 3 -> it may have 1
[  413.000] n2 append denied by follower n5 at entry 3 -> it may have 2
[  414.000] n2 peer is replicated to: n1 has up to entry 4
[  414.000] n2 peer is replicated to: n3 has up to entry 4
[  414.000] n2 commit index moved to 4
[  414.000] n2 commit 0 -> 4, applied 0
[  414.000] n4 appends 2 of term 2 (noop)
[  414.000] n5 append refused: entry 2 of n2 does not fit -> try 1
[  415.000] n1 commit index moved to 4
[  415.000] n1 commit 0 -> 4, applied 0
[  415.000] n3 commit index moved to 4
[  415.000] n3 commit 0 -> 4, applied 0
[  415.000] n2 append denied by follower n5 at entry 2 -> it may have 1
[  416.000] n2 peer is replicated to: n4 has up to entry 2
[  416.000] n5 log truncated: entries 2..2 removed
[  416.000] n5 commit index moved to 2
[  416.000] n5 removes 2..2
[  416.000] n5 appends 2 of term 2 (noop)
[  416.000] n5 commit 0 -> 2, applied 0
[  417.000] n4 commit index moved to 3
[  417.000] n4 appends 3 of term 4 (noop)
[  417.000] n4 commit 0 -> 3, applied 0
[  417.000] n4 commit index moved to 4
[  417.000] n4 appends 4 of term 6 (noop)
[  417.000] n4 commit 3 -> 4, applied 0
[  418.000] n2 peer is replicated to: n5 has up to entry 2
[  419.000] n5 commit index moved to 3
[  419.000] n5 appends 3 of term 4 (noop)
[  419.000] n5 commit 2 -> 3, applied 3
[  419.000] n5 commit index moved to 4
[  419.000] n5 appends 4 of term 6 (noop)
[  419.000] n5 commit 3 -> 4, applied 4
