# Counter-example A2 (M43): n2 gets two commands and a configuration in one append. The configuration
# is that of its own entry 4, not of the append's first: the next leader has the commands and not the
# configuration, so entry 4 alone is removed, and the configuration with it.
nodes 6 voters=5 prevote=off checkquorum=off
trace off +logs
start n1,n2,n3,n4,n5
run until n1,n2,n3,n4,n5 commit=1
[  104.000] n1 appends 1 of term 1 (noop)
[  105.000] n2 appends 1 of term 1 (noop)
[  105.000] n3 appends 1 of term 1 (noop)
[  105.000] n4 appends 1 of term 1 (noop)
[  105.000] n5 appends 1 of term 1 (noop)
cut n1>n2,n4,n5
propose n1 a b
[  108.000] n1 appends 2 of term 1 (command)
[  108.000] n1 appends 3 of term 1 (command)
run until n3 last=3
[  109.000] n3 appends 2 of term 1 (command)
[  109.000] n3 appends 3 of term 1 (command)
heal
cut n1>n3,n4,n5
trace +messages
change n1 voters=n1,n2,n3,n4,n5 learners=n6
[  109.000] n1 appends 4 of term 1 (config)
[  109.000] n1 sends append to n2: term 1, 1 after 3^1, commit 1
[  109.000] n1 sends append to n3: term 1, 1 after 3^1, commit 1
[  109.000] n1 sends append to n4: term 1, 1 after 3^1, commit 1
[  109.000] n1 sends append to n5: term 1, 1 after 3^1, commit 1
run until n2 last=4
[  110.000] n2 gets append from n1: term 1, 1 after 3^1, commit 1
[  110.000] n2 sends append_reply to n1: term 1, refuses 3, may agree at 1^1
[  111.000] n1 gets append_reply from n2: term 1, refuses 3, may agree at 1^1
[  111.000] n1 sends append to n2: term 1, 3 after 1^1, commit 1
[  112.000] n2 gets append from n1: term 1, 3 after 1^1, commit 1
[  112.000] n2 appends 2 of term 1 (command)
[  112.000] n2 appends 3 of term 1 (command)
[  112.000] n2 appends 4 of term 1 (config)
expect n1,n2 learners=n6
expect n3 learners=none
trace -messages
isolate n1
campaign n3
run until n3 leader
[  116.000] n3 appends 4 of term 2 (noop)
run until n2 log=1,1,1,2
[  117.000] n2 removes 4..4
[  117.000] n2 appends 4 of term 2 (noop)
expect n2 learners=none voters=n1,n2,n3,n4,n5
heal
run until converged
[  119.000] n4 appends 2 of term 1 (command)
[  119.000] n4 appends 3 of term 1 (command)
[  119.000] n4 appends 4 of term 2 (noop)
[  119.000] n5 appends 2 of term 1 (command)
[  119.000] n5 appends 3 of term 1 (command)
[  119.000] n5 appends 4 of term 2 (noop)
[  127.000] n1 removes 4..4
[  127.000] n1 appends 4 of term 2 (noop)
expect n1 learners=none
