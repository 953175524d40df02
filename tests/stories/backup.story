# MIT 2B Backup: fifty wrong entries on each side of two partitions; the repair jumps over whole terms
# (conflict hints), a probe for each term and not for each entry.
nodes 5 prevote=off checkquorum=off
state n1 log=1,2x50,3x50 term=4
state n2 log=1,2x50,3x50 term=4
state n3 log=1,2x50,3x50 term=4
state n4 log=1,2x30,4x5 term=4
state n5 log=1,2x50 term=4
trace off +why +roles
start all
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 4)
[  100.000] n1 election started for term 5
[  102.000] n2 higher term seen from n1 -> term 5
[  102.000] n2 vote granted to n1 in term 5
[  102.000] n3 higher term seen from n1 -> term 5
[  102.000] n3 vote granted to n1 in term 5
[  102.000] n4 higher term seen from n1 -> term 5
[  102.000] n4 vote refused to n1: its log is behind
[  102.000] n5 higher term seen from n1 -> term 5
[  102.000] n5 vote granted to n1 in term 5
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 vote received from n3 -> 3 so far
[  104.000] n1 election won with 3 of 5 votes
[  104.000] n1 candidate -> leader (term 5)
[  104.000] n1 stale message dropped: vote_reply of term 5 from n4
[  104.000] n1 stale message dropped: vote_reply of term 5 from n5
[  105.000] n2 follows n1 (term 5)
[  105.000] n3 follows n1 (term 5)
[  105.000] n4 append refused: entry 101 of n1 does not fit -> try 31
[  105.000] n4 follows n1 (term 5)
[  105.000] n5 append refused: entry 101 of n1 does not fit -> try 51
[  105.000] n5 follows n1 (term 5)
[  106.000] n1 append denied by follower n4 at entry 101 -> it may have 31
[  106.000] n1 append denied by follower n5 at entry 101 -> it may have 51
[  107.000] n1 peer is replicated to: n2 has up to entry 102
[  107.000] n1 peer is replicated to: n3 has up to entry 102
[  107.000] n1 commit index moved to 102
[  108.000] n2 commit index moved to 102
[  108.000] n3 commit index moved to 102
[  108.000] n4 log truncated: entries 32..36 removed
[  110.000] n1 peer is replicated to: n4 has up to entry 102
[  111.000] n1 peer is replicated to: n5 has up to entry 102
[  111.000] n4 commit index moved to 102
[  112.000] n5 commit index moved to 102
expect all log=1,2x50,3x50,5
