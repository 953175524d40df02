# etcd confchange (simple, joint, learner): n4 joins as a learner that becomes a voter when it has caught
# up; two leave and one comes at once through a joint configuration; the leader removes itself and steps
# down when that is committed, and the rest goes on.
nodes 5 voters=3
trace off +roles +answers +world
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
[    0.000] n5 starts
run until n1,n2,n3 commit=1
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 follows n1 (term 1)
change n1 voters=n1,n2,n3 joining=n4
change n1 voters=n1,n2
[  110.000] n1 change refused: a change of the members is under way
run until n1,n2,n3,n4 voters=n1,n2,n3,n4 learners=none commit=3
[  111.000] n4 follows n1 (term 1)
change n1 voters=n1,n4,n5
expect n1 old=n1,n2,n3,n4 voters=n1,n4,n5
run until n1,n4,n5 voters=n1,n4,n5 old=none commit=5
[  121.000] n5 follows n1 (term 1)
change n1 voters=n4,n5
run until n1 follower within=1s
[  130.000] n1 leader -> follower (term 1)
run until n4,n5 voters=n4,n5 old=none
run until leader within=2s
[  131.000] n4 follower -> candidate (term 1)
[  135.000] n4 candidate -> leader (term 2)
propose leader x
run until n4,n5 commit=8+
[  136.000] n5 follows n4 (term 2)
[  141.000] n4 answers: ok, entry 8
