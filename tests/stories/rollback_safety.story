# CCF rollback_safety: n3's refusal comes again when n3 has long been repaired. It must not take the
# leader's picture of n3 back, nor make it send anything again (etcd 91ff7cd).
nodes 3 prevote=off
state n1,n2 log=1,2,2,2 term=2
state n3 log=1,1,1 term=1
trace off +why +messages
start all
run until n1 candidate
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 election started for term 3
hold n3>n1 append_reply
run until n1 leader
[  101.000] n1 sends vote to n2: term 3, log ends with 4^2
[  101.000] n1 sends vote to n3: term 3, log ends with 4^2
[  102.000] n2 gets vote from n1: term 3, log ends with 4^2
[  102.000] n2 higher term seen from n1 -> term 3
[  102.000] n2 vote granted to n1 in term 3
[  102.000] n3 gets vote from n1: term 3, log ends with 4^2
[  102.000] n3 higher term seen from n1 -> term 3
[  102.000] n3 vote granted to n1 in term 3
[  103.000] n2 sends vote_reply to n1: term 3, granted
[  103.000] n3 sends vote_reply to n1: term 3, granted
[  104.000] n1 gets vote_reply from n2: term 3, granted
[  104.000] n1 vote received from n2 -> 2 so far
[  104.000] n1 election won with 2 of 3 votes
[  104.000] n1 sends append to n2: term 3, 1 after 4^2, commit 0
[  104.000] n1 sends append to n3: term 3, 1 after 4^2, commit 0
run for 2ms
[  104.000] n1 gets vote_reply from n3: term 3, granted
[  104.000] n1 stale message dropped: vote_reply of term 3 from n3
[  105.000] n2 gets append from n1: term 3, 1 after 4^2, commit 0
[  105.000] n3 gets append from n1: term 3, 1 after 4^2, commit 0
[  105.000] n3 append refused: entry 4 of n1 does not fit -> try 3
[  105.000] n3 sends append_reply to n1: term 3, refuses 4, may agree at 3^1
[  105.000] n3 held append_reply to n1: term 3, refuses 4, may agree at 3^1
copy n3>n1
[  106.000] n1 gets append_reply from n3: term 3, refuses 4, may agree at 3^1
[  106.000] n1 append denied by follower n3 at entry 4 -> it may have 3
run until n3 last=5
[  107.000] n1 peer is replicated to: n2 has up to entry 5
[  107.000] n1 commit index moved to 5
[  107.000] n1 sends append to n3: term 3, 4 after 1^1, commit 0
[  108.000] n2 commit index moved to 5
[  108.000] n3 gets append from n1: term 3, 4 after 1^1, commit 0
[  108.000] n3 log truncated: entries 2..3 removed
run for 2ms
deliver n3>n1 2
[  110.000] n1 peer is replicated to: n3 has up to entry 5
run for 1ms
[  111.000] n3 commit index moved to 5
expect n1 commit=5
count
deliver n3>n1 1
[  111.000] n1 gets append_reply from n3: term 3, refuses 4, may agree at 3^1
run for 1ms
expect packets<=0
release n3>n1
run until converged
