# A follower that missed more than the leader holds in memory (tail of one byte): older entries are
# read from the log, and the leader's loop never waits for that.
nodes 3 tail=1
state n1 log=1,1,2,2,2,3,3
state n2 log=1,1,2,2,2,3,3
start n1,n2
[    0.000] n1 starts
[    0.000] n2 starts
run until n1 leader
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 3)
[  100.000] n1 pre-vote started for term 4
[  101.000] n2 pre-vote granted to n1 in term 4
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 4
[  104.000] n2 higher term seen from n1 -> term 4
[  104.000] n2 vote granted to n1 in term 4
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 4)
[  106.000] n1 appends 8 of term 4 (noop)
run until n1,n2 commit=8
[  107.000] n2 appends 8 of term 4 (noop)
[  107.000] n2 follows n1 (term 4)
[  109.000] n1 peer is replicated to: n2 has up to entry 8
[  109.000] n1 commit index moved to 8
[  109.000] n1 commit 0 -> 8, applied 0
[  110.000] n2 commit index moved to 8
[  110.000] n2 commit 0 -> 8, applied 0
propose n1 a b c
[  110.000] n1 appends 9 of term 4 (command)
[  110.000] n1 appends 10 of term 4 (command)
[  110.000] n1 appends 11 of term 4 (command)
run until n1,n2 applied=11
[  111.000] n2 appends 9 of term 4 (command)
[  111.000] n2 appends 10 of term 4 (command)
[  111.000] n2 appends 11 of term 4 (command)
[  113.000] n1 commit index moved to 9
[  113.000] n1 answers: ok, entry 9
[  113.000] n1 commit 8 -> 9, applied 9
[  114.000] n1 commit index moved to 10
[  114.000] n1 answers: ok, entry 10
[  114.000] n1 commit 9 -> 10, applied 10
[  114.000] n2 commit index moved to 9
[  114.000] n2 commit 8 -> 9, applied 9
[  115.000] n1 commit index moved to 11
[  115.000] n1 answers: ok, entry 11
[  115.000] n1 commit 10 -> 11, applied 11
[  115.000] n2 commit index moved to 10
[  115.000] n2 commit 9 -> 10, applied 10
[  116.000] n2 commit index moved to 11
[  116.000] n2 commit 10 -> 11, applied 11
disk n1 30ms
start n3
[  116.000] n3 starts
run until converged within=5s
[  127.000] n3 higher term seen from n1 -> term 4
[  127.000] n3 append refused: entry 7 of n1 does not fit -> try 0
[  127.000] n3 follows n1 (term 4)
[  129.000] n1 append denied by follower n3 at entry 7 -> it may have 0
[  138.000] n1 peer is replicated to: n3 has up to entry 0
[  177.000] n3 commit index moved to 11
[  177.000] n3 appends 1 of term 1 (noop)
[  177.000] n3 appends 2 of term 1 (noop)
[  177.000] n3 appends 3 of term 2 (noop)
[  177.000] n3 appends 4 of term 2 (noop)
[  177.000] n3 appends 5 of term 2 (noop)
[  177.000] n3 appends 6 of term 3 (noop)
[  177.000] n3 appends 7 of term 3 (noop)
[  177.000] n3 appends 8 of term 4 (noop)
[  177.000] n3 appends 9 of term 4 (command)
[  177.000] n3 appends 10 of term 4 (command)
[  177.000] n3 appends 11 of term 4 (command)
[  177.000] n3 commit 0 -> 11, applied 11
expect n3 log=1,1,2,2,2,3,3,4,4,4,4
