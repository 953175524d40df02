# CCF long_divergence_sync: two logs that parted long ago and alternate in their terms ever since. The
# repair takes a probe for each term at most, and ends.
nodes 3 prevote=off
state n1,n2 log=1,2x20,4x20,6x20,8x20 term=8
state n3 log=1,3x30,5x30,7x30 term=8
trace off +why
start all
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 election started for term 9
[  102.000] n2 higher term seen from n1 -> term 9
[  102.000] n2 vote granted to n1 in term 9
[  102.000] n3 higher term seen from n1 -> term 9
[  102.000] n3 vote granted to n1 in term 9
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 election won with 2 of 3 votes
[  104.000] n1 stale message dropped: vote_reply of term 9 from n3
[  105.000] n3 append refused: entry 81 of n1 does not fit -> try 81
[  106.000] n1 append denied by follower n3 at entry 81 -> it may have 81
[  107.000] n1 peer is replicated to: n2 has up to entry 82
[  107.000] n1 commit index moved to 82
[  108.000] n2 commit index moved to 82
[  108.000] n3 append refused: entry 61 of n1 does not fit -> try 61
[  109.000] n1 append denied by follower n3 at entry 61 -> it may have 61
[  111.000] n3 append refused: entry 41 of n1 does not fit -> try 31
[  112.000] n1 append denied by follower n3 at entry 41 -> it may have 31
[  114.000] n3 append refused: entry 21 of n1 does not fit -> try 1
[  115.000] n1 append denied by follower n3 at entry 21 -> it may have 1
[  117.000] n3 log truncated: entries 2..91 removed
[  117.000] n3 commit index moved to 82
expect all log=1,2x20,4x20,6x20,8x20,9
