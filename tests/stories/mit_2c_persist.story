# MIT 2C Persist2: five times over some crash and others come back with what their disks have; every
# command that was committed stays, in order. Then Persist3: the leader is alone, a follower crashes;
# the leader dies with its entry, the follower is back.
nodes 5
trace off
start all
for $i in 1..5
run until converged
propose leader a$i
run until converged
crash n2,n3
run until leader within=1s
propose leader b$i
run for 20ms
crash n1,n4,n5
start n2,n3
run for 400ms
expect no-leader
start n4
run until leader within=1s
propose leader c$i
run for 20ms
start n1,n5
end
run until converged
expect all applied=20+
nodes 3
trace off +roles +world +logs
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
isolate n1
propose n1 lost
[  110.000] n1 appends 2 of term 1 (command)
crash n2
[  110.000] n2 crashes
run for 50ms
crash n1
[  160.000] n1 crashes
start n2
[  160.000] n2 restarts
heal
run until leader within=1s
[  276.666] n3 follower -> candidate (term 1)
[  282.666] n3 candidate -> leader (term 2)
[  282.666] n3 appends 2 of term 2 (noop)
start n1
[  282.666] n1 restarts
run until converged
[  283.666] n1 removes 2..2
[  283.666] n1 appends 2 of term 2 (noop)
[  283.666] n1 follows n3 (term 2)
[  283.666] n2 appends 2 of term 2 (noop)
[  283.666] n2 follows n3 (term 2)
