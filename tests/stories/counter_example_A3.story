# B17, counter-example A3 (M20, CCF follower_overcommit_partial_verified): n3 has three entries of an
# old leader; a new leader's append verifies only the first two and says that 3 is committed. n3's
# third entry is another one: it must not be committed.
nodes 3
state n1 log=1,1,2 term=2
state n2 log=1,1,2 term=2
trace +messages
start n3
[    0.000] n3 starts
inject n1>n3 append term=1 entries=1,1,1 commit=1
[    0.000] n3 gets append from n1: term 1, 3 after 0^0, commit 1
[    0.000] n3 higher term seen from n1 -> term 1
[    0.000] n3 commit index moved to 1
[    0.000] n3 appends 1 of term 1 (noop)
[    0.000] n3 appends 2 of term 1 (noop)
[    0.000] n3 appends 3 of term 1 (noop)
[    0.000] n3 commit 0 -> 1, applied 1
[    0.000] n3 follows n1 (term 1)
run for 2ms
expect n3 log=1,1,1 commit=1
inject n2>n3 append term=2 prev=2^1 commit=3
[    2.000] n3 higher term seen from n2 -> term 2
[    2.000] n3 commit index moved to 2
[    2.000] n3 commit 1 -> 2, applied 2
[    2.000] n3 follows n2 (term 2)
run for 2ms
expect n3 log=1,1,1 commit=2 applied=2
inject n2>n3 append term=2 prev=2^1 entries=2 commit=3
[    4.000] n3 gets append from n2: term 2, 1 after 2^1, commit 3
[    4.000] n3 log truncated: entries 3..3 removed
[    4.000] n3 commit index moved to 3
[    4.000] n3 removes 3..3
[    4.000] n3 appends 3 of term 2 (noop)
[    4.000] n3 commit 2 -> 3, applied 3
run for 2ms
expect n3 log=1,1,2 commit=3 applied=3
