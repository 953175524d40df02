# G8: a candidate's corners. A voter's second yes counts for nothing (the first world); when all say no
# a candidate stays what it is until its timer fires, and follows whoever is elected (the second one);
# when it has followed a leader it is a candidate no more, and votes that come then make no leader.
nodes 5 prevote=off
hold *>n1 vote_reply
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until n1 candidate term=1
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 election started for term 1
run for 5ms
[  102.000] n2 higher term seen from n1 -> term 1
[  102.000] n2 vote granted to n1 in term 1
[  102.000] n3 higher term seen from n1 -> term 1
[  102.000] n3 vote granted to n1 in term 1
[  102.000] n4 higher term seen from n1 -> term 1
[  102.000] n4 vote granted to n1 in term 1
[  102.000] n5 higher term seen from n1 -> term 1
[  102.000] n5 vote granted to n1 in term 1
trace +messages
copy n2>n1
[  105.000] n1 gets vote_reply from n2: term 1, granted
[  105.000] n1 vote received from n2 -> 2 so far
copy n2>n1
[  105.000] n1 gets vote_reply from n2: term 1, granted
[  105.000] n1 vote received from n2 -> 2 so far
expect n1 candidate term=1
copy n3>n1
[  105.000] n1 gets vote_reply from n3: term 1, granted
[  105.000] n1 vote received from n3 -> 3 so far
[  105.000] n1 election won with 3 of 5 votes
[  105.000] n1 candidate -> leader (term 1)
[  105.000] n1 appends 1 of term 1 (noop)
[  105.000] n1 sends append to n2: term 1, 1 after 0^0, commit 0
[  105.000] n1 sends append to n3: term 1, 1 after 0^0, commit 0
[  105.000] n1 sends append to n4: term 1, 1 after 0^0, commit 0
[  105.000] n1 sends append to n5: term 1, 1 after 0^0, commit 0
expect n1 leader term=1

nodes 5 prevote=off
trace off
state n1 log=1 term=1
state n2,n3,n4,n5 log=1,1 term=1
start all
trace +roles +why
campaign n1
[    0.000] n1 election timeout: no leader was heard
[    0.000] n1 follower -> candidate (term 1)
[    0.000] n1 election started for term 2
run for 6ms
[    2.000] n2 higher term seen from n1 -> term 2
[    2.000] n2 vote refused to n1: its log is behind
[    2.000] n3 higher term seen from n1 -> term 2
[    2.000] n3 vote refused to n1: its log is behind
[    2.000] n4 higher term seen from n1 -> term 2
[    2.000] n4 vote refused to n1: its log is behind
[    2.000] n5 higher term seen from n1 -> term 2
[    2.000] n5 vote refused to n1: its log is behind
[    4.000] n1 vote denied by n2 of term 2
[    4.000] n1 vote denied by n3 of term 2
[    4.000] n1 vote denied by n4 of term 2
[    4.000] n1 vote denied by n5 of term 2
expect n1 candidate term=2 vote=n1
run until n1 leader=n2
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 election started for term 3
[  102.000] n2 higher term seen from n1 -> term 3
[  102.000] n2 vote refused to n1: its log is behind
[  102.000] n3 higher term seen from n1 -> term 3
[  102.000] n3 vote refused to n1: its log is behind
[  102.000] n4 higher term seen from n1 -> term 3
[  102.000] n4 vote refused to n1: its log is behind
[  102.000] n5 higher term seen from n1 -> term 3
[  102.000] n5 vote refused to n1: its log is behind
[  104.000] n1 vote denied by n2 of term 3
[  104.000] n1 vote denied by n3 of term 3
[  104.000] n1 vote denied by n4 of term 3
[  104.000] n1 vote denied by n5 of term 3
[  120.000] n2 election timeout: no leader was heard
[  120.000] n2 follower -> candidate (term 3)
[  120.000] n2 election started for term 4
[  122.000] n1 higher term seen from n2 -> term 4
[  122.000] n1 stepped down: higher term
[  122.000] n1 candidate -> follower (term 4)
[  122.000] n1 vote granted to n2 in term 4
[  122.000] n3 higher term seen from n2 -> term 4
[  122.000] n3 vote granted to n2 in term 4
[  122.000] n4 higher term seen from n2 -> term 4
[  122.000] n4 vote granted to n2 in term 4
[  122.000] n5 higher term seen from n2 -> term 4
[  122.000] n5 vote granted to n2 in term 4
[  124.000] n2 vote received from n1 -> 2 so far
[  124.000] n2 vote received from n3 -> 3 so far
[  124.000] n2 election won with 3 of 5 votes
[  124.000] n2 candidate -> leader (term 4)
[  124.000] n2 stale message dropped: vote_reply of term 4 from n4
[  124.000] n2 stale message dropped: vote_reply of term 4 from n5
[  125.000] n1 append refused: entry 2 of n2 does not fit -> try 1
[  125.000] n1 follows n2 (term 4)
expect n1 follower

nodes 5 prevote=off
trace off
hold *>n1 vote_reply
start all
run until n1 candidate term=1
run for 5ms
trace +roles +why +messages
inject n2>n1 append term=1
[  105.000] n1 stepped down: another leader of this term
[  105.000] n1 candidate -> follower (term 1)
[  105.000] n1 follows n2 (term 1)
expect n1 follower term=1 leader=n2 vote=n1
copy n3>n1
[  105.000] n1 gets vote_reply from n3: term 1, granted
[  105.000] n1 stale message dropped: vote_reply of term 1 from n3
copy n4>n1
[  105.000] n1 gets vote_reply from n4: term 1, granted
[  105.000] n1 stale message dropped: vote_reply of term 1 from n4
expect n1 follower term=1 leader=n2
