# etcd heartbeat_resp_recovers_from_probing: n3 is probed and the probe is lost. The next heartbeat is due
# a probe again, so one lost packet costs one heartbeat and no election.
nodes 3 T=1s
trace off
start n1,n2
run until n1 leader
run until n1 commit=1
propose n1 a b
run until n1,n2 commit=3
trace +why +messages
drop n1>n3 append 1
start n3
run until n3 commit=3 within=1s
[ 1016.000] n1 sends append to n3: term 1, 3 after 0^0, commit 3
[ 1016.000] n1 lost append to n3: term 1, 3 after 0^0, commit 3
[ 1026.000] n1 sends append to n3: term 1, 3 after 0^0, commit 3
[ 1027.000] n3 gets append from n1: term 1, 3 after 0^0, commit 3
[ 1027.000] n3 higher term seen from n1 -> term 1
[ 1027.000] n3 commit index moved to 3
