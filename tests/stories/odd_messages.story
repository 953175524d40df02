# G9: messages of which a node can make nothing: answers to what it never asked, of more than its log
# has, of nodes that do not know. Each is dropped or answered, and the leader leads on. A node that is
# stopped as soon as it was started comes back as if nothing had been.
nodes 3
trace off
start all
crash n3
restart n3
run until converged
trace +messages +roles +why +logs
inject n2>n1 append_reply term=1 ok index=99
[  110.000] n1 impossible message dropped: append_reply from n2
inject n2>n1 append_reply term=1 index=0
[  110.000] n1 gets append_reply from n2: term 1, refuses 0, may agree at 0^0
[  110.000] n1 impossible message dropped: append_reply from n2
inject n2>n1 append_reply term=1 index=7 hint=99^1
[  110.000] n1 gets append_reply from n2: term 1, refuses 7, may agree at 99^1
[  110.000] n1 impossible message dropped: append_reply from n2
inject n2>n1 append_reply term=0 ok index=1
[  110.000] n1 impossible message dropped: append_reply from n2
inject n2>n1 vote_reply term=1 granted
[  110.000] n1 gets vote_reply from n2: term 1, granted
[  110.000] n1 stale message dropped: vote_reply of term 1 from n2
inject n2>n1 read_reply term=1
[  110.000] n1 gets read_reply from n2: term 1, entry 0
[  110.000] n1 stale message dropped: read_reply of term 1 from n2
inject n1>n2 append_reply term=1 ok index=1
[  110.000] n2 stale message dropped: append_reply of term 1 from n1
inject n3>n2 read_reply term=1
[  110.000] n2 gets read_reply from n3: term 1, entry 0
[  110.000] n2 stale message dropped: read_reply of term 1 from n3
inject n3>n2 vote_reply term=1 granted
[  110.000] n2 gets vote_reply from n3: term 1, granted
[  110.000] n2 stale message dropped: vote_reply of term 1 from n3
expect n1 leader term=1 commit=1 last=1
expect n2,n3 follower term=1 leader=n1 commit=1 last=1
trace off
propose n1 more
run until all commit=2
run until converged
expect n1 leader term=1
