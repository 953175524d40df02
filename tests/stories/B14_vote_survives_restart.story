# B14: one vote per term, across a restart. n1 votes for n2, its answer is lost and it crashes; after
# the restart another candidate of the same term gets no vote.
nodes 3
trace +messages
start n1
[    0.000] n1 starts
drop n1>n2 vote_reply
inject n2>n1 vote term=5
[    0.000] n1 gets vote from n2: term 5, log ends with 0^0
[    0.000] n1 higher term seen from n2 -> term 5
[    0.000] n1 vote granted to n2 in term 5
run for 3ms
[    1.000] n1 sends vote_reply to n2: term 5, granted
[    1.000] n1 lost vote_reply to n2: term 5, granted
crash n1
[    3.000] n1 crashes
restart n1
[    3.000] n1 restarts
expect n1 term=5 vote=n2
inject n3>n1 vote term=5
[    3.000] n1 gets vote from n3: term 5, log ends with 0^0
[    3.000] n1 vote refused to n3: voted for another
[    3.000] n1 sends vote_reply to n3: term 5, refused
run for 3ms
expect n1 term=5 vote=n2
# A crash before the write is finished takes the vote back, but then nobody was told of it.
disk n1 hold
inject n2>n1 vote term=6
[    6.000] n1 gets vote from n2: term 6, log ends with 0^0
[    6.000] n1 higher term seen from n2 -> term 6
[    6.000] n1 vote granted to n2 in term 6
run for 3ms
crash n1
[    9.000] n1 crashes
disk n1 release
restart n1
[    9.000] n1 restarts
expect n1 term=5 vote=n2
inject n3>n1 vote term=6
[    9.000] n1 gets vote from n3: term 6, log ends with 0^0
[    9.000] n1 higher term seen from n3 -> term 6
[    9.000] n1 vote granted to n3 in term 6
run for 3ms
[   10.000] n1 sends vote_reply to n3: term 6, granted
expect n1 term=6 vote=n3
