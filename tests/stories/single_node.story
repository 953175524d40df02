# A cluster of one elects itself at once, without a message, and commits when its disk says so.
nodes 1 fresh
trace +substates
start n1
[    0.000] n1 starts
[    0.000] n1 is starting
[    0.000] n1 follower -> candidate (term 0)
[    0.000] n1 is starting_election
[    0.000] n1 election started for term 1
[    0.000] n1 is voting
run until n1 leader
[    1.000] n1 election won with 1 of 1 votes
[    1.000] n1 candidate -> leader (term 1)
[    1.000] n1 is became_leader
[    1.000] n1 appends 1 of term 1 (noop)
propose n1 a
[    1.000] n1 appends 2 of term 1 (command)
run until n1 applied=2
[    2.000] n1 commit index moved to 1
[    2.000] n1 commit 0 -> 1, applied 1
[    3.000] n1 commit index moved to 2
[    3.000] n1 answers: ok, entry 2
[    3.000] n1 commit 1 -> 2, applied 2
crash n1
[    3.000] n1 crashes
restart n1
[    3.000] n1 restarts
[    3.000] n1 is starting
[    3.000] n1 follower -> candidate (term 1)
[    3.000] n1 is starting_election
[    3.000] n1 election started for term 2
[    3.000] n1 is voting
run until n1 leader
[    4.000] n1 election won with 1 of 1 votes
[    4.000] n1 candidate -> leader (term 2)
[    4.000] n1 is became_leader
[    4.000] n1 appends 3 of term 2 (noop)
expect n1 term=2 log=1,1,2
run until n1 applied=3
[    5.000] n1 commit index moved to 3
[    5.000] n1 commit 0 -> 3, applied 0
