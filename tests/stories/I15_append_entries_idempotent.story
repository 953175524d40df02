# The course's append_entries_idempotent.json: the leader believes that the follower has nothing and
# sends all five entries, which it has. They change nothing: no entry is appended or removed. Sent again
# and again they still do not; nor does anything when the follower has become the leader itself.
nodes 2 prevote=off
trace +messages
state n1 log=1,1,1,4,6 term=6 vote=n1 role=leader next=n2:1
state n2 log=1,1,1,4,6 term=6
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: leader of term 6
[    0.000] n1 follower -> leader (term 6)
[    0.000] n2 starts
run until converged
[    1.000] n1 sends append to n2: term 6, 5 after 0^0, commit 0
[    2.000] n2 gets append from n1: term 6, 5 after 0^0, commit 0
[    2.000] n2 follows n1 (term 6)
[    3.000] n1 peer is replicated to: n2 has up to entry 5
[    3.000] n1 commit index moved to 5
[    3.000] n1 commit 0 -> 5, applied 0
[    4.000] n2 commit index moved to 5
[    4.000] n2 commit 0 -> 5, applied 0
expect all log=1,1,1,4,6 commit=5 applied=5
trace -messages
inject n1>n2 append term=6 prev=0^0 entries=1,1,1,4,6 commit=5
inject n1>n2 append term=6 prev=0^0 entries=1,1,1 commit=5
run for 50ms
[    6.000] n1 impossible message dropped: append_reply from n2
[    6.000] n1 impossible message dropped: append_reply from n2
expect all log=1,1,1,4,6 commit=5
