# A node that was added has applied entries from before the first configuration of its log: it does
# not know who the members were then, so it must not make a snapshot there. It did, with nobody in
# it, and could not start again: "stored data is damaged".
nodes 4 voters=3 snapshot=5 T=100ms
start n1,n2,n3
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
campaign n1
[    0.000] n1 election timeout: no leader was heard
[    0.000] n1 follower -> candidate (term 0)
[    0.000] n1 pre-vote started for term 1
run until n1 leader
[    1.000] n2 pre-vote granted to n1 in term 1
[    1.000] n3 pre-vote granted to n1 in term 1
[    2.000] n1 pre-vote received from n2 -> 2 so far
[    2.000] n1 election started for term 1
[    2.000] n1 stale message dropped: vote_reply of term 1 from n3
[    4.000] n2 higher term seen from n1 -> term 1
[    4.000] n2 vote granted to n1 in term 1
[    4.000] n3 higher term seen from n1 -> term 1
[    4.000] n3 vote granted to n1 in term 1
[    6.000] n1 vote received from n2 -> 2 so far
[    6.000] n1 election won with 2 of 3 votes
[    6.000] n1 candidate -> leader (term 1)
[    6.000] n1 appends 1 of term 1 (noop)
trace off
propose n1 a b c d e f g
run until n1 commit=8
hold n2,n3>n1 append_reply
start n4
change n1 voters=n1,n2,n3 joining=n4
run until n4 applied=8
run for 20ms
expect n4 last=9
crash n4
start n4
release n2,n3>n1
run until converged
expect n1 voters=all
