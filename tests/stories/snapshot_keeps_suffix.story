# M52, Raft paper figure 13 rule 6: an offer of what a follower has already is not fetched: the
# follower commits it, keeps what it has behind it and answers; the leader goes on with entries.
nodes 2 snapshot=4 trailing=1
state n1 log=1,1,1,1,1,1 term=1 commit=6
state n2 log=1,1,1,1,1,1 term=1
trace off +roles +why +logs +commits +messages
timeout n1=100ms n2=190ms
start all
[    0.000] n1 commit index moved to 6
[    0.000] n1 commit 0 -> 6, applied 0
run until n1 leader
[    2.000] n1 snapshot taken of entry 6 -> the log begins at 6
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 1)
[  100.000] n1 pre-vote started for term 2
[  100.000] n1 sends vote to n2: term 2 pre, log ends with 6^1
[  101.000] n2 gets vote from n1: term 2 pre, log ends with 6^1
[  101.000] n2 pre-vote granted to n1 in term 2
[  101.000] n2 sends vote_reply to n1: term 2 pre, granted
[  102.000] n1 gets vote_reply from n2: term 2 pre, granted
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 2
[  103.000] n1 sends vote to n2: term 2, log ends with 6^1
[  104.000] n2 gets vote from n1: term 2, log ends with 6^1
[  104.000] n2 higher term seen from n1 -> term 2
[  104.000] n2 vote granted to n1 in term 2
[  105.000] n2 sends vote_reply to n1: term 2, granted
[  106.000] n1 gets vote_reply from n2: term 2, granted
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 2 votes
[  106.000] n1 candidate -> leader (term 2)
[  106.000] n1 appends 7 of term 2 (noop)
[  106.000] n1 sends append to n2: term 2, 1 after 6^1, commit 6
inject n1>n2 snapshot term=2 id=9 last=5^1
[  106.000] n2 gets snapshot from n1: term 2, snapshot of 5^1
[  106.000] n2 commit index moved to 5
[  106.000] n2 commit 0 -> 5, applied 0
[  106.000] n2 follows n1 (term 2)
expect n2 commit=5 last=6
run until converged
[  107.000] n2 gets append from n1: term 2, 1 after 6^1, commit 6
[  107.000] n2 commit index moved to 6
[  107.000] n2 appends 7 of term 2 (noop)
[  107.000] n2 commit 5 -> 6, applied 0
[  107.000] n1 impossible message dropped: append_reply from n2
[  109.000] n1 peer is replicated to: n2 has up to entry 7
[  109.000] n1 commit index moved to 7
[  109.000] n1 commit 6 -> 7, applied 7
[  110.000] n2 snapshot taken of entry 5 -> the log begins at 5
[  110.000] n2 commit index moved to 7
[  110.000] n2 commit 6 -> 7, applied 7
expect n2 applied=7
