# The append ABA race (etcd's async storage writes): n3 writes entry 2 of term 1, overwrites it with
# entry 2 of term 2, and is then sent entry 2 of term 1 again, while its disk has finished nothing.
# (index, term) alone would take the first write's completion for the last one's; n3 may acknowledge
# only when the newest write that touches the entry is durable.
nodes 5 prevote=off checkquorum=off T=10s beat=1s
state n1 log=1
state n2 log=1
state n3 log=1
state n4 log=1
state n5 log=1
trace off +roles +logs
hold *>* append
start all
campaign n1
[    0.000] n1 follower -> candidate (term 1)
# n1 leads term 2: its entry 2 reaches n3 only, whose disk hangs.
run until n1 leader durable=2
[    4.000] n1 candidate -> leader (term 2)
[    4.000] n1 appends 2 of term 2 (noop)
disk n3 hold
trace +messages
deliver n1>n3
[    5.000] n3 gets append from n1: term 2, 1 after 1^1, commit 0
[    5.000] n3 appends 2 of term 2 (noop)
[    5.000] n3 follows n1 (term 2)
run for 2ms
expect n3 log=1,2 durable=1
# n2 leads term 3 and overwrites it.
trace -messages
campaign n2
[    7.000] n2 follower -> candidate (term 2)
run until n2 leader durable=2 term=3
[    9.000] n1 leader -> follower (term 3)
[   11.000] n2 candidate -> leader (term 3)
[   11.000] n2 appends 2 of term 3 (noop)
trace +messages
deliver n2>n3
[   12.000] n3 gets append from n2: term 3, 1 after 1^1, commit 0
[   12.000] n3 removes 2..2
[   12.000] n3 appends 2 of term 3 (noop)
[   12.000] n3 follows n2 (term 3)
run for 2ms
expect n3 log=1,3 durable=1
# n1 leads term 4 and sends entry 2 of term 2 again, with its own entry behind it.
trace -messages
campaign n1
[   14.000] n1 follower -> candidate (term 3)
run until n1 leader term=4 durable=3
[   16.000] n2 leader -> follower (term 4)
[   18.000] n1 candidate -> leader (term 4)
[   18.000] n1 appends 3 of term 4 (noop)
trace +messages +beats
inject n1>n3 append term=4 prev=1^1 entries=2,4 id=4
[   19.000] n3 gets append from n1: term 4, 2 after 1^1, commit 0
[   19.000] n3 removes 2..2
[   19.000] n3 appends 2 of term 2 (noop)
[   19.000] n3 appends 3 of term 4 (noop)
[   19.000] n3 follows n1 (term 4)
run for 2ms
expect n3 log=1,2,4 durable=1
# Its disk finishes write after write. The first one brings entry 2 of term 2, which is no longer the
# one that the log has, though index and term are the same: what its reply says belongs to term 2,
# and nobody counts it. Only the last write makes the entries durable and sends the reply of term 4.
disk n3 finish
[   21.000] n3 sends append_reply to n1: term 2, has up to 2
run for 2ms
[   22.000] n1 gets append_reply from n3: term 2, has up to 2
expect n3 durable=1
expect n1 commit=0
disk n3 finish
[   23.000] n3 sends vote_reply to n2: term 3, refused
run for 2ms
[   24.000] n2 gets vote_reply from n3: term 3, refused
disk n3 finish
[   25.000] n3 sends append_reply to n2: term 3, has up to 2
run for 2ms
[   26.000] n2 gets append_reply from n3: term 3, has up to 2
expect n3 durable=1
disk n3 finish
[   27.000] n3 sends vote_reply to n1: term 4, refused
run for 2ms
[   28.000] n1 gets vote_reply from n3: term 4, refused
disk n3 finish
[   29.000] n3 sends append_reply to n1: term 4, has up to 3
run for 2ms
[   30.000] n1 gets append_reply from n3: term 4, has up to 3
expect n3 durable=3
expect n1 commit=0
