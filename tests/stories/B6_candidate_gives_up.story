# B6: a candidate that hears a leader of its own or a higher term follows it and handles the message;
# one of a lower term is refused and changes nothing (B12).
nodes 3 prevote=off
trace +messages +substates
start n1
[    0.000] n1 starts
[    0.000] n1 is starting
run until n1 candidate term=2 within=1s
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 is leader_lost
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 is starting_election
[  100.000] n1 election started for term 1
[  100.000] n1 is voting
[  101.000] n1 sends vote to n2: term 1, log ends with 0^0
[  101.000] n1 sends vote to n3: term 1, log ends with 0^0
[  110.000] n1 sends vote to n2: term 1, log ends with 0^0
[  110.000] n1 sends vote to n3: term 1, log ends with 0^0
[  120.000] n1 sends vote to n2: term 1, log ends with 0^0
[  120.000] n1 sends vote to n3: term 1, log ends with 0^0
[  130.000] n1 sends vote to n2: term 1, log ends with 0^0
[  130.000] n1 sends vote to n3: term 1, log ends with 0^0
[  140.000] n1 sends vote to n2: term 1, log ends with 0^0
[  140.000] n1 sends vote to n3: term 1, log ends with 0^0
[  150.000] n1 sends vote to n2: term 1, log ends with 0^0
[  150.000] n1 sends vote to n3: term 1, log ends with 0^0
[  160.000] n1 sends vote to n2: term 1, log ends with 0^0
[  160.000] n1 sends vote to n3: term 1, log ends with 0^0
[  170.000] n1 sends vote to n2: term 1, log ends with 0^0
[  170.000] n1 sends vote to n3: term 1, log ends with 0^0
[  180.000] n1 sends vote to n2: term 1, log ends with 0^0
[  180.000] n1 sends vote to n3: term 1, log ends with 0^0
[  190.000] n1 sends vote to n2: term 1, log ends with 0^0
[  190.000] n1 sends vote to n3: term 1, log ends with 0^0
[  200.000] n1 election timeout: no leader was heard
[  200.000] n1 is starting_election
[  200.000] n1 election started for term 2
[  200.000] n1 is voting
trace -substates
inject n2>n1 append term=1 entries=1 commit=0
[  200.000] n1 gets append from n2: term 1, 1 after 0^0, commit 0
[  200.000] n1 stale message dropped: append of term 1 from n2
expect n1 candidate term=2 last=0
inject n2>n1 append term=2 entries=1 commit=0
[  200.000] n1 gets append from n2: term 2, 1 after 0^0, commit 0
[  200.000] n1 stepped down: another leader of this term
[  200.000] n1 candidate -> follower (term 2)
[  200.000] n1 appends 1 of term 1 (noop)
[  200.000] n1 follows n2 (term 2)
run for 2ms
[  201.000] n1 sends vote to n2: term 2, log ends with 0^0
[  201.000] n1 sends vote to n3: term 2, log ends with 0^0
[  201.000] n1 sends append_reply to n2: term 2, refuses 0, may agree at 0^0
expect n1 follower term=2 leader=n2 log=1
# G3: a follower refuses an old leader, too, and its timer goes on.
inject n3>n1 append term=1 entries=1,1
[  202.000] n1 gets append from n3: term 1, 2 after 0^0, commit 0
[  202.000] n1 sends append_reply to n3: term 2, refuses 0, may agree at 0^0
[  202.000] n1 stale message dropped: append of term 1 from n3
expect n1 follower leader=n2 log=1
