# Leadership transfer (thesis 3.10): the leader brings the target up to date, tells it to time out
# now, and refuses commands meanwhile. No election timeout passes.
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
trace +substates +messages
transfer n1 n3
[  110.000] n1 leadership transfer started to n3
[  110.000] n1 is transferring
[  110.000] n1 sends timeout_now to n3: term 1
expect n1 leader substate=transferring
propose n1 refused
[  110.000] n1 answers: transferring
run until n3 leader within=50ms
[  111.000] n3 gets timeout_now from n1: term 1
[  111.000] n3 asked to take over by n1
[  111.000] n3 follower -> candidate (term 1)
[  111.000] n3 is starting_election
[  111.000] n3 election started for term 2
[  111.000] n3 is voting
[  112.000] n3 sends vote to n1: term 2 transfer, log ends with 1^1
[  112.000] n3 sends vote to n2: term 2 transfer, log ends with 1^1
[  113.000] n1 gets vote from n3: term 2 transfer, log ends with 1^1
[  113.000] n1 higher term seen from n3 -> term 2
[  113.000] n1 stepped down: higher term
[  113.000] n1 leader -> follower (term 2)
[  113.000] n1 is leader_lost
[  113.000] n1 vote granted to n3 in term 2
[  113.000] n2 gets vote from n3: term 2 transfer, log ends with 1^1
[  113.000] n2 higher term seen from n3 -> term 2
[  113.000] n2 is leader_lost
[  113.000] n2 vote granted to n3 in term 2
[  114.000] n1 sends vote_reply to n3: term 2, granted
[  114.000] n2 sends vote_reply to n3: term 2, granted
[  115.000] n3 gets vote_reply from n1: term 2, granted
[  115.000] n3 vote received from n1 -> 2 so far
[  115.000] n3 election won with 2 of 3 votes
[  115.000] n3 candidate -> leader (term 2)
[  115.000] n3 is became_leader
[  115.000] n3 appends 2 of term 2 (noop)
[  115.000] n3 sends append to n1: term 2, 1 after 1^1, commit 1
[  115.000] n3 sends append to n2: term 2, 1 after 1^1, commit 1
[  115.000] n3 is sent_entries
run until converged
[  115.000] n3 gets vote_reply from n2: term 2, granted
[  115.000] n3 stale message dropped: vote_reply of term 2 from n2
[  116.000] n1 gets append from n3: term 2, 1 after 1^1, commit 1
[  116.000] n1 is joined
[  116.000] n1 is prepared
[  116.000] n1 appends 2 of term 2 (noop)
[  116.000] n1 follows n3 (term 2)
[  116.000] n2 gets append from n3: term 2, 1 after 1^1, commit 1
[  116.000] n2 is joined
[  116.000] n2 is prepared
[  116.000] n2 appends 2 of term 2 (noop)
[  116.000] n2 follows n3 (term 2)
[  118.000] n3 peer is replicated to: n1 has up to entry 2
[  118.000] n3 commit index moved to 2
[  118.000] n3 commit 1 -> 2, applied 2
[  118.000] n3 is sent_commit
[  118.000] n3 peer is replicated to: n2 has up to entry 2
[  119.000] n1 commit index moved to 2
[  119.000] n1 commit 1 -> 2, applied 2
[  119.000] n1 is committed
[  119.000] n2 commit index moved to 2
[  119.000] n2 commit 1 -> 2, applied 2
[  119.000] n2 is committed
expect all leader=n3 term=2 log=1,2
# A follower cannot hand over what it does not have; a leader cannot hand over to itself.
trace off +answers
transfer n2 n1
[  119.000] n2 transfer refused: not the leader
transfer n3 n3
[  119.000] n3 transfer refused: it is so already
# Without a target the most up-to-date follower gets it.
transfer n3
run until n1,n2,n3 term=3
run until converged
