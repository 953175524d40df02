# etcd's probe_and_replicate: Figure 7 ten entries later, and d has four entries of term 7. A follower
# is found with one probe for each term that differs, not one for each entry: at most three denials each.
nodes 7 prevote=off
state n1 log=1x13,4,4,5,5,6,6,6 term=7
state n2 log=1x13,4,4,5,5,6,6 term=7
state n3 log=1x13,4 term=7
state n4 log=1x13,4,4,5,5,6,6,6,6 term=7
state n5 log=1x13,4,4,5,5,6,7,7,7,7 term=7
state n6 log=1x13,4,4,4,4 term=7
state n7 log=1x13,2,2,2,3,3,3,3,3 term=7
trace off +why
start all
run until converged
[  100.000] n1 election timeout: no leader was heard
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
[  104.000] n1 stale message dropped: vote_reply of term 8 from n7
[  105.000] n2 append refused: entry 20 of n1 does not fit -> try 19
[  105.000] n3 append refused: entry 20 of n1 does not fit -> try 14
[  105.000] n4 log truncated: entries 21..21 removed
[  105.000] n5 append refused: entry 20 of n1 does not fit -> try 18
[  105.000] n6 append refused: entry 20 of n1 does not fit -> try 17
[  105.000] n7 append refused: entry 20 of n1 does not fit -> try 20
[  106.000] n1 append denied by follower n2 at entry 20 -> it may have 19
[  106.000] n1 append denied by follower n3 at entry 20 -> it may have 14
[  106.000] n1 append denied by follower n5 at entry 20 -> it may have 18
[  106.000] n1 append denied by follower n6 at entry 20 -> it may have 17
[  106.000] n1 append denied by follower n7 at entry 20 -> it may have 20
[  107.000] n1 peer is replicated to: n4 has up to entry 21
[  110.000] n5 log truncated: entries 19..22 removed
[  110.000] n1 peer is replicated to: n2 has up to entry 21
[  111.000] n6 log truncated: entries 16..17 removed
[  111.000] n1 peer is replicated to: n3 has up to entry 21
[  111.000] n1 commit index moved to 21
[  112.000] n7 log truncated: entries 14..21 removed
[  112.000] n1 peer is replicated to: n5 has up to entry 21
[  112.000] n2 commit index moved to 21
[  112.000] n3 commit index moved to 21
[  112.000] n4 commit index moved to 21
[  113.000] n1 peer is replicated to: n6 has up to entry 21
[  113.000] n5 commit index moved to 21
[  114.000] n1 peer is replicated to: n7 has up to entry 21
[  114.000] n6 commit index moved to 21
[  115.000] n7 commit index moved to 21
expect all log=1x13,4,4,5,5,6,6,6,8
