# Appends that come out of order and twice change nothing that is right (I15, M22): an old one does not
# cut off what a newer one brought, and is acknowledged again.
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
trace +messages
hold n1>n3 append
propose n1 a
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 sends append to n2: term 1, 1 after 1^1, commit 1
[  110.000] n1 sends append to n3: term 1, 1 after 1^1, commit 1
[  110.000] n1 held append to n3: term 1, 1 after 1^1, commit 1
propose n1 b
[  110.000] n1 appends 3 of term 1 (command)
[  110.000] n1 sends append to n2: term 1, 1 after 2^1, commit 1
[  110.000] n1 sends append to n3: term 1, 1 after 2^1, commit 1
[  110.000] n1 held append to n3: term 1, 1 after 2^1, commit 1
run for 4ms
[  111.000] n2 gets append from n1: term 1, 1 after 1^1, commit 1
[  111.000] n2 appends 2 of term 1 (command)
[  111.000] n2 gets append from n1: term 1, 1 after 2^1, commit 1
[  111.000] n2 appends 3 of term 1 (command)
[  113.000] n1 commit index moved to 2
[  113.000] n1 answers: ok, entry 2
[  113.000] n1 commit 1 -> 2, applied 2
[  114.000] n1 commit index moved to 3
[  114.000] n1 answers: ok, entry 3
[  114.000] n1 commit 2 -> 3, applied 3
[  114.000] n2 commit index moved to 2
[  114.000] n2 commit 1 -> 2, applied 2
deliver n1>n3 2
[  114.000] n3 gets append from n1: term 1, 1 after 2^1, commit 1
[  114.000] n3 append refused: entry 2 of n1 does not fit -> try 1
[  114.000] n3 sends append_reply to n1: term 1, refuses 2, may agree at 1^1
run for 3ms
[  115.000] n2 commit index moved to 3
[  115.000] n2 commit 2 -> 3, applied 3
[  115.000] n1 gets append_reply from n3: term 1, refuses 2, may agree at 1^1
[  115.000] n1 append denied by follower n3 at entry 2 -> it may have 1
[  115.000] n1 peer is probed: n3 from entry 2
[  115.000] n1 sends append to n3: term 1, 2 after 1^1, commit 3
[  115.000] n1 held append to n3: term 1, 2 after 1^1, commit 3
[  116.000] n1 sends append to n3: term 1, 2 after 1^1, commit 3
[  116.000] n1 held append to n3: term 1, 2 after 1^1, commit 3
deliver n1>n3 1
[  117.000] n3 gets append from n1: term 1, 1 after 1^1, commit 1
[  117.000] n3 appends 2 of term 1 (command)
run for 3ms
release n1>n3
[  120.000] n3 gets append from n1: term 1, 2 after 1^1, commit 3
[  120.000] n3 commit index moved to 3
[  120.000] n3 appends 3 of term 1 (command)
[  120.000] n3 commit 1 -> 3, applied 3
[  120.000] n3 gets append from n1: term 1, 2 after 1^1, commit 3
run until converged
expect all log=1,1,1
