# The course's stale_candidate_get_no_vote.json: the candidate of term 999 has an empty log and asks at
# once. The other node has an entry and refuses it for ever; it wins itself, in a term above 999.
nodes 2 prevote=off
state n1 term=999 vote=n1 role=candidate
state n2 log=1 term=5
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: candidate of term 999
[    0.000] n1 follower -> candidate (term 999)
[    0.000] n2 starts
run for 10ms
[    1.000] n2 higher term seen from n1 -> term 999
[    1.000] n2 vote refused to n1: its log is behind
[    3.000] n1 vote denied by n2 of term 999
expect n1 candidate term=999 vote=n1
expect n2 follower term=999 vote=none
run until n2 leader
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 election started for term 1000
[  102.000] n2 higher term seen from n1 -> term 1000
[  102.000] n2 vote refused to n1: its log is behind
[  104.000] n1 vote denied by n2 of term 1000
[  150.000] n2 election timeout: no leader was heard
[  150.000] n2 follower -> candidate (term 1000)
[  150.000] n2 election started for term 1001
[  152.000] n1 higher term seen from n2 -> term 1001
[  152.000] n1 stepped down: higher term
[  152.000] n1 candidate -> follower (term 1001)
[  152.000] n1 vote granted to n2 in term 1001
[  154.000] n2 vote received from n1 -> 2 so far
[  154.000] n2 election won with 2 of 2 votes
[  154.000] n2 candidate -> leader (term 1001)
[  154.000] n2 appends 2 of term 1001 (noop)
expect n2 term=1000+
run until converged
[  155.000] n1 append refused: entry 1 of n2 does not fit -> try 0
[  155.000] n1 follows n2 (term 1001)
[  156.000] n2 append denied by follower n1 at entry 1 -> it may have 0
[  158.000] n1 appends 1 of term 1 (noop)
[  158.000] n1 appends 2 of term 1001 (noop)
[  160.000] n2 peer is replicated to: n1 has up to entry 2
[  160.000] n2 commit index moved to 2
[  160.000] n2 commit 0 -> 2, applied 0
[  161.000] n1 commit index moved to 2
[  161.000] n1 commit 0 -> 2, applied 2
expect n2 leader log=1,1001
expect all log=1,1001
