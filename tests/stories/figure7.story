# Figure 7 of the Raft paper: the leader of term 8 and six followers with every kind of log. c and d
# have newer logs and refuse their votes, the other four elect it; after its first own entry all logs
# equal its own. n1 is the leader, n2..n7 are a..f.
nodes 7 prevote=off
state n1 log=1,1,1,4,4,5,5,6,6,6 term=7
state n2 log=1,1,1,4,4,5,5,6,6 term=7
state n3 log=1,1,1,4 term=7
state n4 log=1,1,1,4,4,5,5,6,6,6,6 term=7
state n5 log=1,1,1,4,4,5,5,6,6,6,7,7 term=7
state n6 log=1,1,1,4,4,4,4 term=7
state n7 log=1,1,1,2,2,2,3,3,3,3,3 term=7
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
[    0.000] n6 starts
[    0.000] n7 starts
run until n1 leader
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 7)
[  100.000] n1 election started for term 8
[  102.000] n2 higher term seen from n1 -> term 8
[  102.000] n2 vote granted to n1 in term 8
[  102.000] n3 higher term seen from n1 -> term 8
[  102.000] n3 vote granted to n1 in term 8
[  102.000] n4 higher term seen from n1 -> term 8
[  102.000] n4 vote refused to n1: its log is behind
[  102.000] n5 higher term seen from n1 -> term 8
[  102.000] n5 vote refused to n1: its log is behind
[  102.000] n6 higher term seen from n1 -> term 8
[  102.000] n6 vote granted to n1 in term 8
[  102.000] n7 higher term seen from n1 -> term 8
[  102.000] n7 vote granted to n1 in term 8
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 vote received from n3 -> 3 so far
[  104.000] n1 vote denied by n4 of term 8
[  104.000] n1 vote denied by n5 of term 8
[  104.000] n1 vote received from n6 -> 4 so far
[  104.000] n1 election won with 4 of 7 votes
[  104.000] n1 candidate -> leader (term 8)
[  104.000] n1 appends 11 of term 8 (noop)
expect n1 term=8
run until converged
[  104.000] n1 stale message dropped: vote_reply of term 8 from n7
[  105.000] n2 append refused: entry 10 of n1 does not fit -> try 9
[  105.000] n2 follows n1 (term 8)
[  105.000] n3 append refused: entry 10 of n1 does not fit -> try 4
[  105.000] n3 follows n1 (term 8)
[  105.000] n4 log truncated: entries 11..11 removed
[  105.000] n4 removes 11..11
[  105.000] n4 appends 11 of term 8 (noop)
[  105.000] n4 follows n1 (term 8)
[  105.000] n5 log truncated: entries 11..12 removed
[  105.000] n5 removes 11..12
[  105.000] n5 appends 11 of term 8 (noop)
[  105.000] n5 follows n1 (term 8)
[  105.000] n6 append refused: entry 10 of n1 does not fit -> try 7
[  105.000] n6 follows n1 (term 8)
[  105.000] n7 append refused: entry 10 of n1 does not fit -> try 10
[  105.000] n7 follows n1 (term 8)
[  106.000] n1 append denied by follower n2 at entry 10 -> it may have 9
[  106.000] n1 append denied by follower n3 at entry 10 -> it may have 4
[  106.000] n1 append denied by follower n6 at entry 10 -> it may have 7
[  106.000] n1 append denied by follower n7 at entry 10 -> it may have 10
[  107.000] n1 peer is replicated to: n4 has up to entry 11
[  107.000] n1 peer is replicated to: n5 has up to entry 11
[  108.000] n2 appends 10 of term 6 (noop)
[  108.000] n2 appends 11 of term 8 (noop)
[  109.000] n3 appends 5 of term 4 (noop)
[  109.000] n3 appends 6 of term 5 (noop)
[  109.000] n3 appends 7 of term 5 (noop)
[  109.000] n3 appends 8 of term 6 (noop)
[  109.000] n3 appends 9 of term 6 (noop)
[  109.000] n3 appends 10 of term 6 (noop)
[  109.000] n3 appends 11 of term 8 (noop)
[  110.000] n6 log truncated: entries 6..7 removed
[  110.000] n6 removes 6..7
[  110.000] n6 appends 6 of term 5 (noop)
[  110.000] n6 appends 7 of term 5 (noop)
[  110.000] n6 appends 8 of term 6 (noop)
[  110.000] n6 appends 9 of term 6 (noop)
[  110.000] n6 appends 10 of term 6 (noop)
[  110.000] n6 appends 11 of term 8 (noop)
[  110.000] n1 peer is replicated to: n2 has up to entry 11
[  110.000] n1 commit index moved to 11
[  110.000] n1 commit 0 -> 11, applied 0
[  111.000] n7 log truncated: entries 4..11 removed
[  111.000] n7 removes 4..11
[  111.000] n7 appends 4 of term 4 (noop)
[  111.000] n7 appends 5 of term 4 (noop)
[  111.000] n7 appends 6 of term 5 (noop)
[  111.000] n7 appends 7 of term 5 (noop)
[  111.000] n7 appends 8 of term 6 (noop)
[  111.000] n7 appends 9 of term 6 (noop)
[  111.000] n7 appends 10 of term 6 (noop)
[  111.000] n7 appends 11 of term 8 (noop)
[  111.000] n1 peer is replicated to: n3 has up to entry 11
[  111.000] n2 commit index moved to 11
[  111.000] n2 commit 0 -> 11, applied 0
[  111.000] n4 commit index moved to 11
[  111.000] n4 commit 0 -> 11, applied 0
[  111.000] n5 commit index moved to 11
[  111.000] n5 commit 0 -> 11, applied 0
[  112.000] n1 peer is replicated to: n6 has up to entry 11
[  112.000] n3 commit index moved to 11
[  112.000] n3 commit 0 -> 11, applied 0
[  113.000] n1 peer is replicated to: n7 has up to entry 11
[  113.000] n6 commit index moved to 11
[  113.000] n6 commit 0 -> 11, applied 0
[  114.000] n7 commit index moved to 11
[  114.000] n7 commit 0 -> 11, applied 0
expect all term=8 leader=n1 log=1,1,1,4,4,5,5,6,6,6,8 commit=11
