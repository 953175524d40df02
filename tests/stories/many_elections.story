# MIT 2A ManyElections: 7 servers, three of them cut off, again and again; either the leader stays or
# the four elect one; nobody is disturbed by those who come back.
nodes 7
trace off +roles
start all
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 follows n1 (term 1)
[  107.000] n4 follows n1 (term 1)
[  107.000] n5 follows n1 (term 1)
[  107.000] n6 follows n1 (term 1)
[  107.000] n7 follows n1 (term 1)
isolate n1 n2 n3
run until n4 leader
[  216.000] n1 leader -> follower (term 1)
[  224.285] n2 follower -> candidate (term 1)
[  238.570] n3 follower -> candidate (term 1)
[  252.855] n4 follower -> candidate (term 1)
[  258.855] n4 candidate -> leader (term 2)
heal
run until converged
[  259.855] n5 follows n4 (term 2)
[  259.855] n6 follows n4 (term 2)
[  259.855] n7 follows n4 (term 2)
[  266.285] n2 candidate -> follower (term 2)
[  269.855] n1 follows n4 (term 2)
[  269.855] n2 follows n4 (term 2)
[  269.855] n3 candidate -> follower (term 2)
[  269.855] n3 follows n4 (term 2)
isolate n4 n5 n6
run until leader within=1s
run until n1 leader within=1s
[  368.855] n4 leader -> follower (term 2)
[  369.855] n1 follower -> candidate (term 2)
[  375.855] n1 candidate -> leader (term 3)
heal
run until converged
[  376.855] n2 follows n1 (term 3)
[  376.855] n3 follows n1 (term 3)
[  376.855] n7 follows n1 (term 3)
[  386.855] n4 follows n1 (term 3)
[  386.855] n5 follows n1 (term 3)
[  386.855] n6 follows n1 (term 3)
isolate n2 n4 n6
run for 500ms
[  501.140] n2 follower -> candidate (term 3)
[  529.710] n4 follower -> candidate (term 3)
[  558.280] n6 follower -> candidate (term 3)
expect leader=n1
heal
run until converged
[  896.855] n2 candidate -> follower (term 3)
[  896.855] n2 follows n1 (term 3)
[  896.855] n4 candidate -> follower (term 3)
[  896.855] n4 follows n1 (term 3)
[  896.855] n6 candidate -> follower (term 3)
[  896.855] n6 follows n1 (term 3)
expect all term=3
