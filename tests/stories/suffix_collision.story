# CCF suffix_collision, partial_append: an append is compared with the log entry by entry. What agrees
# stays, from the first entry that differs the log is replaced, and an old, shorter append removes
# nothing. n1 follows n2 in term 3.
nodes 3 checkquorum=off
state n1 log=1,1,1,1 term=1
trace off +logs +why
start n1
# The same indexes, terms that agree in 1..2 and differ from 3 on.
inject n2>n1 append term=3 entries=1,1,2
[    0.000] n1 higher term seen from n2 -> term 3
[    0.000] n1 log truncated: entries 3..4 removed
[    0.000] n1 removes 3..4
[    0.000] n1 appends 3 of term 2 (noop)
expect n1 log=1,1,2
# It overlaps by one and goes on.
inject n2>n1 append term=3 prev=2^1 entries=2,2,3
[    0.000] n1 appends 4 of term 2 (noop)
[    0.000] n1 appends 5 of term 3 (noop)
expect n1 log=1,1,2,2,3
# Parts of what is there, in any order: nothing changes.
inject n2>n1 append term=3 entries=1
inject n2>n1 append term=3 prev=1^1 entries=1,2
inject n2>n1 append term=3 prev=4^2
expect n1 log=1,1,2,2,3
