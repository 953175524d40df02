# Counter-example A1 (M21): a late duplicate of an append must not take the follower's commit index
# back. n2 is far behind; the leader's first repair append arrives twice, the second time after a
# later one.
nodes 3 batch=22
state n1 log=1x100
state n2 log=1x10
state n3 log=1x100
trace off +roles +commits +messages
start all
hold n1>n2 append
run until n1 leader commit=101
[  100.000] n1 follower -> candidate (term 1)
[  100.000] n1 sends vote to n2: term 2 pre, log ends with 100^1
[  100.000] n1 sends vote to n3: term 2 pre, log ends with 100^1
[  101.000] n2 gets vote from n1: term 2 pre, log ends with 100^1
[  101.000] n2 sends vote_reply to n1: term 2 pre, granted
[  101.000] n3 gets vote from n1: term 2 pre, log ends with 100^1
[  101.000] n3 sends vote_reply to n1: term 2 pre, granted
[  102.000] n1 gets vote_reply from n2: term 2 pre, granted
[  102.000] n1 gets vote_reply from n3: term 2 pre, granted
[  103.000] n1 sends vote to n2: term 2, log ends with 100^1
[  103.000] n1 sends vote to n3: term 2, log ends with 100^1
[  104.000] n2 gets vote from n1: term 2, log ends with 100^1
[  104.000] n3 gets vote from n1: term 2, log ends with 100^1
[  105.000] n2 sends vote_reply to n1: term 2, granted
[  105.000] n3 sends vote_reply to n1: term 2, granted
[  106.000] n1 gets vote_reply from n2: term 2, granted
[  106.000] n1 candidate -> leader (term 2)
[  106.000] n1 sends append to n2: term 2, 1 after 100^1, commit 0
[  106.000] n1 held append to n2: term 2, 1 after 100^1, commit 0
[  106.000] n1 sends append to n3: term 2, 1 after 100^1, commit 0
[  106.000] n1 gets vote_reply from n3: term 2, granted
[  107.000] n3 gets append from n1: term 2, 1 after 100^1, commit 0
[  107.000] n3 follows n1 (term 2)
[  109.000] n1 commit 0 -> 101, applied 0
deliver n1>n2
[  109.000] n2 gets append from n1: term 2, 1 after 100^1, commit 0
[  109.000] n2 sends append_reply to n1: term 2, refuses 100, may agree at 10^1
[  109.000] n2 follows n1 (term 2)
run for 3ms
[  110.000] n3 commit 0 -> 101, applied 0
[  110.000] n1 gets append_reply from n2: term 2, refuses 100, may agree at 10^1
[  111.000] n1 sends append to n2: term 2, 22 after 10^1, commit 101
[  111.000] n1 held append to n2: term 2, 22 after 10^1, commit 101
copy n1>n2
[  112.000] n2 gets append from n1: term 2, 22 after 10^1, commit 101
[  112.000] n2 commit 0 -> 32, applied 0
run for 5ms
[  115.000] n1 sends append to n2: term 2, 22 after 32^1, commit 101
[  115.000] n1 held append to n2: term 2, 22 after 32^1, commit 101
[  116.000] n1 sends append to n2: term 2, 22 after 54^1, commit 101
[  116.000] n1 held append to n2: term 2, 22 after 54^1, commit 101
[  117.000] n1 sends append to n2: term 2, 22 after 76^1, commit 101
[  117.000] n1 held append to n2: term 2, 22 after 76^1, commit 101
expect n2 last=32 commit=32
deliver n1>n2 2
[  117.000] n2 gets append from n1: term 2, 22 after 32^1, commit 101
[  117.000] n2 commit 32 -> 54, applied 54
run for 5ms
[  118.000] n1 sends append to n2: term 2, 3 after 98^1, commit 101
[  118.000] n1 held append to n2: term 2, 3 after 98^1, commit 101
expect n2 last=54+ commit=54+
# The late one.
trace -commits
deliver n1>n2
[  122.000] n2 gets append from n1: term 2, 22 after 10^1, commit 101
run for 1ms
expect n2 commit=54+
release n1>n2
[  123.000] n2 gets append from n1: term 2, 22 after 54^1, commit 101
[  123.000] n2 gets append from n1: term 2, 22 after 76^1, commit 101
[  123.000] n2 gets append from n1: term 2, 3 after 98^1, commit 101
run until converged
expect n2 commit=101
