# Without pre-vote a lone node of 5 keeps holding elections (I6): its term grows for as long as it is
# alone, and its return forces an election.
nodes 5 prevote=off checkquorum=off
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until converged
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 election started for term 1
[  102.000] n2 higher term seen from n1 -> term 1
[  102.000] n2 vote granted to n1 in term 1
[  102.000] n3 higher term seen from n1 -> term 1
[  102.000] n3 vote granted to n1 in term 1
[  102.000] n4 higher term seen from n1 -> term 1
[  102.000] n4 vote granted to n1 in term 1
[  102.000] n5 higher term seen from n1 -> term 1
[  102.000] n5 vote granted to n1 in term 1
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 vote received from n3 -> 3 so far
[  104.000] n1 election won with 3 of 5 votes
[  104.000] n1 candidate -> leader (term 1)
[  104.000] n1 appends 1 of term 1 (noop)
[  104.000] n1 stale message dropped: vote_reply of term 1 from n4
[  104.000] n1 stale message dropped: vote_reply of term 1 from n5
[  105.000] n2 appends 1 of term 1 (noop)
[  105.000] n2 follows n1 (term 1)
[  105.000] n3 appends 1 of term 1 (noop)
[  105.000] n3 follows n1 (term 1)
[  105.000] n4 appends 1 of term 1 (noop)
[  105.000] n4 follows n1 (term 1)
[  105.000] n5 appends 1 of term 1 (noop)
[  105.000] n5 follows n1 (term 1)
[  107.000] n1 peer is replicated to: n2 has up to entry 1
[  107.000] n1 peer is replicated to: n3 has up to entry 1
[  107.000] n1 commit index moved to 1
[  107.000] n1 commit 0 -> 1, applied 1
[  107.000] n1 peer is replicated to: n4 has up to entry 1
[  107.000] n1 peer is replicated to: n5 has up to entry 1
[  108.000] n2 commit index moved to 1
[  108.000] n2 commit 0 -> 1, applied 1
[  108.000] n3 commit index moved to 1
[  108.000] n3 commit 0 -> 1, applied 1
[  108.000] n4 commit index moved to 1
[  108.000] n4 commit 0 -> 1, applied 1
[  108.000] n5 commit index moved to 1
[  108.000] n5 commit 0 -> 1, applied 1
isolate n5
trace off
run for 1500ms
expect n5 candidate term=7+
expect n1 leader term=1
trace +roles +why
heal
run until converged
[ 1615.000] n5 stale message dropped: append of term 1 from n1
[ 1616.000] n1 higher term seen from n5 -> term 9
[ 1616.000] n1 stepped down: higher term
[ 1616.000] n1 leader -> follower (term 9)
[ 1616.000] n1 stale message dropped: append_reply of term 9 from n5
[ 1619.000] n1 vote granted to n5 in term 9
[ 1619.000] n2 higher term seen from n5 -> term 9
[ 1619.000] n2 vote granted to n5 in term 9
[ 1619.000] n3 higher term seen from n5 -> term 9
[ 1619.000] n3 vote granted to n5 in term 9
[ 1619.000] n4 higher term seen from n5 -> term 9
[ 1619.000] n4 vote granted to n5 in term 9
[ 1621.000] n5 vote received from n1 -> 2 so far
[ 1621.000] n5 vote received from n2 -> 3 so far
[ 1621.000] n5 election won with 3 of 5 votes
[ 1621.000] n5 candidate -> leader (term 9)
[ 1621.000] n5 stale message dropped: vote_reply of term 9 from n3
[ 1621.000] n5 stale message dropped: vote_reply of term 9 from n4
[ 1622.000] n1 follows n5 (term 9)
[ 1622.000] n2 follows n5 (term 9)
[ 1622.000] n3 follows n5 (term 9)
[ 1622.000] n4 follows n5 (term 9)
[ 1624.000] n5 peer is replicated to: n1 has up to entry 2
[ 1624.000] n5 peer is replicated to: n2 has up to entry 2
[ 1624.000] n5 commit index moved to 2
[ 1624.000] n5 peer is replicated to: n3 has up to entry 2
[ 1624.000] n5 peer is replicated to: n4 has up to entry 2
[ 1625.000] n1 commit index moved to 2
[ 1625.000] n2 commit index moved to 2
[ 1625.000] n3 commit index moved to 2
[ 1625.000] n4 commit index moved to 2
trace off
expect all term=7+
