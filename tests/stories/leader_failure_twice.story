# MIT 2B LeaderFailure: leaders crash one after the other; a lone last node commits nothing.
nodes 5
trace off +roles +world +answers
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 follows n1 (term 1)
[  107.000] n4 follows n1 (term 1)
[  107.000] n5 follows n1 (term 1)
propose n1 a
run until converged
[  113.000] n1 answers: ok, entry 2
crash n1
[  114.000] n1 crashes
run until n2 leader
[  234.000] n2 follower -> candidate (term 1)
[  240.000] n2 candidate -> leader (term 2)
propose n2 b
run until n2 applied=4
[  241.000] n3 follows n2 (term 2)
[  241.000] n4 follows n2 (term 2)
[  241.000] n5 follows n2 (term 2)
[  246.000] n2 answers: ok, entry 4
crash n2
[  246.000] n2 crashes
run until n3 leader
[  387.000] n3 follower -> candidate (term 2)
[  393.000] n3 candidate -> leader (term 3)
propose n3 c
run until n3 applied=6
[  394.000] n4 follows n3 (term 3)
[  394.000] n5 follows n3 (term 3)
[  399.000] n3 answers: ok, entry 6
crash n3
[  399.000] n3 crashes
run for 2s
[  560.000] n4 follower -> candidate (term 3)
[  580.000] n5 follower -> candidate (term 3)
expect no-leader
restart n1,n2,n3
[ 2399.000] n1 restarts
[ 2399.000] n2 restarts
[ 2399.000] n3 restarts
run until converged
[ 2406.000] n4 candidate -> leader (term 4)
[ 2407.000] n1 follows n4 (term 4)
[ 2407.000] n2 follows n4 (term 4)
[ 2407.000] n3 follows n4 (term 4)
[ 2407.000] n5 candidate -> follower (term 4)
[ 2407.000] n5 follows n4 (term 4)
expect all log=1,1,2,2,3,3,4
