# G2: the third node starts late, and the first it ever hears is an append, no heartbeat: the last
# entry of a log that it does not have. It refuses with a hint, is sent all from the first, and follows.
nodes 3
trace off
start n1,n2
run until n1 leader commit=1
propose n1 one two three
run until n1,n2 commit=4
trace +roles +logs +messages +substates
hold n1>n3
lose n1>n3 all
start n3
[  115.000] n3 is starting
inject n1>n3 append term=1 prev=3^1 entries=1 commit=4
[  115.000] n3 gets append from n1: term 1, 1 after 3^1, commit 4
[  115.000] n3 is joined
[  115.000] n3 is out_of_sync
[  115.000] n3 follows n1 (term 1)
expect n3 follower leader=n1 last=0 commit=0 substate=out_of_sync
release n1>n3
trace -messages
run until converged
[  116.000] n1 is sent_heartbeat
[  116.000] n1 is sent_entries
[  117.000] n2 is synced
[  117.000] n3 appends 1 of term 1 (noop)
[  117.000] n3 appends 2 of term 1 (command)
[  117.000] n3 appends 3 of term 1 (command)
[  117.000] n3 appends 4 of term 1 (command)
[  117.000] n3 is prepared
[  117.000] n3 is committed
expect n3 follower leader=n1 commit=4 log=1x4
