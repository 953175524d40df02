# Every substate of design 4.5 that can be reached without snapshots and repair, each as an event:
# starting, leader_lost, joined, synced, out_of_sync, prepared, committed; starting_election, pre_vote,
# voting; became_leader, sent_heartbeat, sent_entries, sent_commit, transferring; disk_full.
nodes 3
state n1 log=1,1
state n2 log=1,1
state n3 log=1
trace off +substates
start all
[    0.000] n1 is starting
[    0.000] n2 is starting
[    0.000] n3 is starting
expect all substate=starting
run until n1 seen=leader_lost
[  100.000] n1 is leader_lost
[  100.000] n1 is starting_election
[  100.000] n1 is pre_vote
run until n1 substate=pre_vote
run until n1 substate=voting
[  102.000] n1 is voting
run until n1 seen=became_leader
[  106.000] n1 is became_leader
[  106.000] n1 is sent_entries
run until n2 seen=joined
[  107.000] n2 is joined
[  107.000] n2 is prepared
run until n3 seen=out_of_sync
[  107.000] n3 is joined
[  107.000] n3 is out_of_sync
run until n2 substate=committed
[  109.000] n1 is sent_commit
[  109.000] n1 is sent_entries
[  110.000] n2 is committed
run until n1 seen=sent_commit
[  110.000] n3 is prepared
[  112.000] n1 is sent_commit
run until converged
[  113.000] n3 is committed
run until n1 seen=sent_heartbeat
[  116.000] n1 is sent_heartbeat
run until n2 seen=synced
[  117.000] n2 is synced
propose n1 a
[  117.000] n1 is sent_entries
run until n2 seen=prepared
[  117.000] n3 is synced
[  118.000] n2 is prepared
run until converged
[  118.000] n3 is prepared
[  120.000] n1 is sent_commit
[  121.000] n2 is committed
[  121.000] n3 is committed
disk n2 full
propose n1 b
[  121.000] n1 is sent_entries
run until n2 substate=disk_full
[  122.000] n2 is prepared
[  122.000] n3 is prepared
[  123.000] n2 is disk_full
disk n2 space
run until converged
[  124.000] n1 is sent_commit
[  125.000] n3 is committed
[  126.000] n1 is sent_heartbeat
transfer n1 n2
[  127.000] n1 is transferring
expect n1 substate=transferring
run until n2 leader
[  127.000] n3 is synced
[  133.000] n2 is committed
[  135.000] n2 is starting_election
[  135.000] n2 is voting
[  137.000] n1 is leader_lost
[  137.000] n3 is leader_lost
[  139.000] n2 is became_leader
[  139.000] n2 is sent_entries
run until n1 seen=joined
[  140.000] n1 is joined
[  140.000] n1 is prepared
