# MIT 2B ConcurrentStarts, BasicAgree: commands that come at once get consecutive entries and all are
# answered in order.
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
propose n1 a b c d e
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 appends 3 of term 1 (command)
[  110.000] n1 appends 4 of term 1 (command)
[  110.000] n1 appends 5 of term 1 (command)
[  110.000] n1 appends 6 of term 1 (command)
run until converged
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n3 appends 2 of term 1 (command)
[  111.000] n2 appends 3 of term 1 (command)
[  111.000] n3 appends 3 of term 1 (command)
[  111.000] n2 appends 4 of term 1 (command)
[  111.000] n3 appends 4 of term 1 (command)
[  111.000] n2 appends 5 of term 1 (command)
[  111.000] n3 appends 5 of term 1 (command)
[  111.000] n2 appends 6 of term 1 (command)
[  111.000] n3 appends 6 of term 1 (command)
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
[  115.000] n1 commit index moved to 4
[  115.000] n1 answers: ok, entry 4
[  115.000] n1 commit 3 -> 4, applied 4
[  115.000] n2 commit index moved to 3
[  115.000] n2 commit 2 -> 3, applied 3
[  115.000] n3 commit index moved to 3
[  115.000] n3 commit 2 -> 3, applied 3
[  116.000] n1 commit index moved to 5
[  116.000] n1 answers: ok, entry 5
[  116.000] n1 commit 4 -> 5, applied 5
[  116.000] n2 commit index moved to 4
[  116.000] n2 commit 3 -> 4, applied 4
[  116.000] n3 commit index moved to 4
[  116.000] n3 commit 3 -> 4, applied 4
[  117.000] n1 commit index moved to 6
[  117.000] n1 answers: ok, entry 6
[  117.000] n1 commit 5 -> 6, applied 6
[  117.000] n2 commit index moved to 5
[  117.000] n2 commit 4 -> 5, applied 5
[  117.000] n3 commit index moved to 5
[  117.000] n3 commit 4 -> 5, applied 5
[  118.000] n2 commit index moved to 6
[  118.000] n2 commit 5 -> 6, applied 6
[  118.000] n3 commit index moved to 6
[  118.000] n3 commit 5 -> 6, applied 6
expect all log=1,1,1,1,1,1 commit=6
# A follower takes none.
propose n2 f
[  118.000] n2 answers: not_leader
