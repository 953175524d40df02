# A voter becomes a learner and hears of it, but not that it is committed; until then it keeps the
# election timer of the configuration before (it may have to fall back to it). A snapshot that has
# the same configuration ends that: with the older one its timer goes too.
nodes 3 snapshot=4 trailing=1 T=100ms
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
campaign n1
[    0.000] n1 election timeout: no leader was heard
[    0.000] n1 follower -> candidate (term 0)
[    0.000] n1 pre-vote started for term 1
run until n1 leader
[    1.000] n2 pre-vote granted to n1 in term 1
[    1.000] n3 pre-vote granted to n1 in term 1
[    2.000] n1 pre-vote received from n2 -> 2 so far
[    2.000] n1 election started for term 1
[    2.000] n1 stale message dropped: vote_reply of term 1 from n3
[    4.000] n2 higher term seen from n1 -> term 1
[    4.000] n2 vote granted to n1 in term 1
[    4.000] n3 higher term seen from n1 -> term 1
[    4.000] n3 vote granted to n1 in term 1
[    6.000] n1 vote received from n2 -> 2 so far
[    6.000] n1 election won with 2 of 3 votes
[    6.000] n1 candidate -> leader (term 1)
[    6.000] n1 appends 1 of term 1 (noop)
run until n3 commit=1
[    6.000] n1 stale message dropped: vote_reply of term 1 from n3
[    7.000] n2 appends 1 of term 1 (noop)
[    7.000] n2 follows n1 (term 1)
[    7.000] n3 appends 1 of term 1 (noop)
[    7.000] n3 follows n1 (term 1)
[    9.000] n1 peer is replicated to: n2 has up to entry 1
[    9.000] n1 commit index moved to 1
[    9.000] n1 commit 0 -> 1, applied 1
[    9.000] n1 peer is replicated to: n3 has up to entry 1
[   10.000] n2 commit index moved to 1
[   10.000] n2 commit 0 -> 1, applied 1
[   10.000] n3 commit index moved to 1
[   10.000] n3 commit 0 -> 1, applied 1
trace off
hold n1>n3 append
change n1 voters=n1,n2 learners=n3
deliver n1>n3 1
run until n3 last=2
isolate n3
release n1>n3
propose n1 a b c d e f g h i
run until n1 commit=11
expect n3 last=2 commit=1
heal
trace +logs +commits +world +why
run until converged
[   22.000] n1 snapshot taken of entry 10 -> the log begins at 10
[   22.000] n2 commit index moved to 10
[   22.000] n2 commit 9 -> 10, applied 10
[   23.000] n2 commit index moved to 11
[   23.000] n2 commit 10 -> 11, applied 11
[   23.000] n2 snapshot taken of entry 10 -> the log begins at 10
[   27.000] n3 append refused: entry 11 of n1 does not fit -> try 2
[   28.000] n1 append denied by follower n3 at entry 11 -> it may have 2
[   28.000] n1 peer is probed: n3 from entry 3
[   28.000] n1 snapshot offered to n3: entry 3 is gone -> all up to 10
[   32.000] n3 snapshot installed of entry 10: the log ended at 2
[   32.000] n3 installs a snapshot of 10^1
[   38.000] n1 peer is probed: n3 from entry 11
[   38.000] n1 peer is replicated to: n3 has up to entry 10
[   39.000] n3 commit index moved to 11
[   39.000] n3 appends 11 of term 1 (command)
[   39.000] n3 commit 10 -> 11, applied 11
expect n3 learners=n3
