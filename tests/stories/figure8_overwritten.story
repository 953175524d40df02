# Figure 8 of the Raft paper (B15), the end (d): an entry of an older term that lies on a majority is
# not committed by counting, so another leader may still overwrite it. A node's first entry in a term
# is its noop: entry (2) of the figure is the noop of term 2, and so on. Appends carry one entry.
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
# (d) n1 crashes; n5 wins with the votes of n2, n3 and n4, since its log ends with a higher term, and
# overwrites (2) with (3).
crash n1
[  221.000] n1 crashes
lose n1>* all
timeout n5=100ms
restart n5
[  221.000] n5 restarts
campaign n5
[  221.000] n5 election timeout: no leader was heard
[  221.000] n5 follower -> candidate (term 3)
[  221.000] n5 election started for term 4
run until n5 leader within=1s
[  223.000] n2 vote refused to n5: voted for another
[  223.000] n3 vote refused to n5: voted for another
[  223.000] n4 vote refused to n5: voted for another
[  224.000] n5 vote denied by n2 of term 4
[  224.000] n5 vote denied by n3 of term 4
[  224.000] n5 vote denied by n4 of term 4
[  321.000] n5 election timeout: no leader was heard
[  321.000] n5 election started for term 5
[  323.000] n2 higher term seen from n5 -> term 5
[  323.000] n2 vote granted to n5 in term 5
[  323.000] n3 higher term seen from n5 -> term 5
[  323.000] n3 vote granted to n5 in term 5
[  323.000] n4 higher term seen from n5 -> term 5
[  323.000] n4 vote granted to n5 in term 5
[  325.000] n5 vote received from n2 -> 2 so far
[  325.000] n5 vote received from n3 -> 3 so far
[  325.000] n5 election won with 3 of 5 votes
[  325.000] n5 candidate -> leader (term 5)
[  325.000] n5 appends 3 of term 5 (noop)
release n5>*
[  325.000] n5 stale message dropped: vote_reply of term 5 from n4
[  325.000] n2 stale message dropped: append of term 3 from n5
[  325.000] n2 append refused: entry 2 of n5 does not fit -> try 2
[  325.000] n2 follows n5 (term 5)
[  325.000] n3 stale message dropped: append of term 3 from n5
[  325.000] n3 append refused: entry 2 of n5 does not fit -> try 2
[  325.000] n3 follows n5 (term 5)
[  325.000] n4 stale message dropped: append of term 3 from n5
[  325.000] n4 append refused: entry 2 of n5 does not fit -> try 1
[  325.000] n4 follows n5 (term 5)
run until n2,n3,n4 log=1,3,5
[  326.000] n5 impossible message dropped: append_reply from n2
[  326.000] n5 append denied by follower n2 at entry 2 -> it may have 2
[  326.000] n5 impossible message dropped: append_reply from n3
[  326.000] n5 append denied by follower n3 at entry 2 -> it may have 2
[  326.000] n5 impossible message dropped: append_reply from n4
[  326.000] n5 append denied by follower n4 at entry 2 -> it may have 1
[  328.000] n2 log truncated: entries 2..2 removed
[  328.000] n2 removes 2..2
[  328.000] n2 appends 2 of term 3 (noop)
[  329.000] n3 log truncated: entries 2..2 removed
[  329.000] n3 removes 2..2
[  329.000] n3 appends 2 of term 3 (noop)
[  330.000] n4 appends 2 of term 3 (noop)
[  330.000] n5 peer is replicated to: n2 has up to entry 2
[  331.000] n5 peer is replicated to: n3 has up to entry 2
[  331.000] n2 appends 3 of term 5 (noop)
[  332.000] n5 peer is replicated to: n4 has up to entry 2
[  332.000] n3 appends 3 of term 5 (noop)
[  333.000] n4 appends 3 of term 5 (noop)
restart n1
[  333.000] n1 restarts
release n1>*
run until converged
[  334.000] n5 commit index moved to 3
[  334.000] n5 commit 0 -> 3, applied 0
[  335.000] n2 commit index moved to 3
[  335.000] n2 commit 0 -> 3, applied 0
[  335.000] n3 commit index moved to 3
[  335.000] n3 commit 0 -> 3, applied 0
[  335.000] n4 commit index moved to 2
[  335.000] n4 commit 0 -> 2, applied 0
[  336.000] n4 commit index moved to 3
[  336.000] n4 commit 2 -> 3, applied 0
[  336.000] n1 higher term seen from n5 -> term 5
[  336.000] n1 append refused: entry 2 of n5 does not fit -> try 2
[  336.000] n1 follows n5 (term 5)
[  338.000] n5 append denied by follower n1 at entry 2 -> it may have 2
[  340.000] n1 log truncated: entries 2..3 removed
[  340.000] n1 commit index moved to 2
[  340.000] n1 removes 2..3
[  340.000] n1 appends 2 of term 3 (noop)
[  340.000] n1 commit 0 -> 2, applied 0
[  342.000] n5 peer is replicated to: n1 has up to entry 2
[  343.000] n1 commit index moved to 3
[  343.000] n1 appends 3 of term 5 (noop)
[  343.000] n1 commit 2 -> 3, applied 3
expect all leader=n5 log=1,3,5 term=5
