# G3: a leader that missed the election of the next one. Its heartbeat (the first world) and its
# append (the second one) are refused with the higher term, so it resigns, and in the end all logs are
# the same. Check-quorum is off, so that it goes on until then.
nodes 3 checkquorum=off
trace off
start all
run until n1 leader commit=1
isolate n1
run until n2 leader
propose n2 kept
run until n2,n3 commit=3
hold n2>n1 append
hold n3>n1
heal
expect n1 leader term=1 log=1
trace +roles +messages
run until n1 follower within=15ms
[  256.333] n2 sends append to n1: term 2, 2 after 1^1, commit 3
[  256.333] n2 held append to n1: term 2, 2 after 1^1, commit 3
[  257.000] n2 sends append_reply to n1: term 2, refuses 1, may agree at 1^1
[  257.000] n3 sends append_reply to n1: term 2, refuses 0, may agree at 0^0
[  257.000] n3 held append_reply to n1: term 2, refuses 0, may agree at 0^0
[  258.000] n1 gets append_reply from n2: term 2, refuses 1, may agree at 1^1
[  258.000] n1 leader -> follower (term 2)
expect n1 term=2+ log=1
release n2>n1
[  258.000] n1 gets append from n2: term 2, 2 after 1^1, commit 3
[  258.000] n1 follows n2 (term 2)
release n3>n1
[  258.000] n1 gets append_reply from n3: term 2, refuses 0, may agree at 0^0
trace off
run until converged
expect all log=1,2,2 commit=3 leader=n2

nodes 3 checkquorum=off
trace off
start all
run until n1 leader commit=1
isolate n1
run until n2 leader
propose n2 kept
run until n2,n3 commit=3
hold n2>n1 append
hold n3>n1
heal
expect n1 leader term=1 log=1
trace +roles +logs +messages
propose n1 lost
[  253.333] n1 appends 2 of term 1 (command)
[  253.333] n1 sends append to n2: term 1, 1 after 1^1, commit 1
expect n1 leader log=1,1
run until n1 follower within=5ms
[  254.333] n2 gets append from n1: term 1, 1 after 1^1, commit 1
[  254.333] n2 sends append_reply to n1: term 2, refuses 1, may agree at 1^1
[  255.333] n1 gets append_reply from n2: term 2, refuses 1, may agree at 1^1
[  255.333] n1 leader -> follower (term 2)
expect n1 term=2+ log=1,1
release n2>n1
release n3>n1
trace off
run until converged
expect all log=1,2,2 commit=3 leader=n2
