# etcd lagging_commit: the word that an entry is committed is lost; the next heartbeat brings it, and the
# entry is not sent again.
nodes 3
trace off
start all
run until converged
run for 1ms
trace +commits +messages +beats
propose n1 a
[  111.000] n1 sends append to n2: term 1, 1 after 1^1, commit 1
[  111.000] n1 sends append to n3: term 1, 1 after 1^1, commit 1
run until n1 last=2
run for 1ms
[  112.000] n2 gets append from n1: term 1, 1 after 1^1, commit 1
[  112.000] n3 gets append from n1: term 1, 1 after 1^1, commit 1
drop n1>n3 append 1
run until n1 commit=2
[  113.000] n2 sends append_reply to n1: term 1, has up to 2
[  113.000] n3 sends append_reply to n1: term 1, has up to 2
[  114.000] n1 gets append_reply from n2: term 1, has up to 2
[  114.000] n1 commit 1 -> 2, applied 2
[  114.000] n1 sends append to n2: term 1, 0 after 2^1, commit 2
run until n2 commit=2
[  114.000] n1 gets append_reply from n3: term 1, has up to 2
[  114.000] n1 sends append to n3: term 1, 0 after 2^1, commit 2
[  114.000] n1 lost append to n3: term 1, 0 after 2^1, commit 2
[  115.000] n2 gets append from n1: term 1, 0 after 2^1, commit 2
[  115.000] n2 commit 1 -> 2, applied 2
[  115.000] n2 sends append_reply to n1: term 1, has up to 2
expect n3 last=2 commit=1
run until n3 commit=2 within=11ms
[  116.000] n1 gets append_reply from n2: term 1, has up to 2
[  116.000] n1 sends append to n2: term 1, 0 after 2^1, commit 2
[  116.000] n1 sends append to n3: term 1, 0 after 2^1, commit 2
[  117.000] n2 gets append from n1: term 1, 0 after 2^1, commit 2
[  117.000] n2 sends append_reply to n1: term 1, has up to 2
[  117.000] n3 gets append from n1: term 1, 0 after 2^1, commit 2
[  117.000] n3 commit 1 -> 2, applied 2
[  117.000] n3 sends append_reply to n1: term 1, has up to 2
