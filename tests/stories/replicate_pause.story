# etcd replicate_pause: with two appends in flight that nobody answers the leader stops sending entries;
# the answer to a heartbeat finds out what is missing, and it goes on.
nodes 3 inflight=2 T=1s
trace off
start all
run until converged
trace +messages
hold n3>n1 append_reply
for $i in 1..4
propose n1 $i
end
[ 1010.000] n1 sends append to n2: term 1, 1 after 1^1, commit 1
[ 1010.000] n1 sends append to n3: term 1, 1 after 1^1, commit 1
[ 1010.000] n1 sends append to n2: term 1, 1 after 2^1, commit 1
[ 1010.000] n1 sends append to n3: term 1, 1 after 2^1, commit 1
run until n1 commit=5
[ 1011.000] n2 gets append from n1: term 1, 1 after 1^1, commit 1
[ 1011.000] n3 gets append from n1: term 1, 1 after 1^1, commit 1
[ 1011.000] n2 gets append from n1: term 1, 1 after 2^1, commit 1
[ 1011.000] n3 gets append from n1: term 1, 1 after 2^1, commit 1
[ 1013.000] n1 sends append to n2: term 1, 2 after 3^1, commit 2
[ 1014.000] n2 gets append from n1: term 1, 2 after 3^1, commit 2
expect n3 last=3
lose n3>n1 all
release n3>n1
run until converged
[ 1018.000] n1 sends append to n3: term 1, 2 after 3^1, commit 5
[ 1019.000] n3 gets append from n1: term 1, 2 after 3^1, commit 5
