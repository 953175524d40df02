# The course's force_candidate_step_down.json: n1 begins as the candidate of term 5, n2 as the leader of
# term 999, which nobody elected. n2 speaks at once, and n1 follows it in term 999.
nodes 2 prevote=off
trace +messages
state n1 term=5 vote=n1 role=candidate
state n2 term=999 vote=n2 role=leader next=n1:1
start all
[    0.000] n1 starts
[    0.000] n1 forced by the start state: candidate of term 5
[    0.000] n1 follower -> candidate (term 5)
[    0.000] n1 sends vote to n2: term 5, log ends with 0^0
[    0.000] n2 starts
[    0.000] n2 forced by the start state: leader of term 999
[    0.000] n2 follower -> leader (term 999)
expect n1 candidate term=5
expect n2 leader term=999
run for 4ms
[    1.000] n2 gets vote from n1: term 5, log ends with 0^0
[    1.000] n2 vote refused to n1: its term is lower
[    1.000] n2 sends vote_reply to n1: term 999, refused
[    1.000] n1 higher term seen from n2 -> term 999
[    1.000] n1 stepped down: higher term
[    1.000] n1 candidate -> follower (term 999)
[    1.000] n1 follows n2 (term 999)
[    2.000] n1 gets vote_reply from n2: term 999, refused
[    2.000] n1 stale message dropped: vote_reply of term 999 from n2
[    3.000] n2 peer is replicated to: n1 has up to entry 0
expect n1 follower term=999 leader=n2
expect n2 leader commit=0 log=
run for 1s
expect all leader=n2 term=999 commit=0
