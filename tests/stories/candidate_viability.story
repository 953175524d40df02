# CCF candidate_viability (paper 5.4.1, 5.4.2): the later last term wins, whatever the length; with equal
# last terms the longer log; an equal log is good enough. Each asks in a term of its own.
nodes 5 prevote=off checkquorum=off
state n1 log=1,2,2 term=2
trace off +why
start n1
inject n2>n1 vote term=3 last=9^1
[    0.000] n1 higher term seen from n2 -> term 3
[    0.000] n1 vote refused to n2: its log is behind
expect n1 term=3 vote=none
inject n2>n1 vote term=4 last=2^2
[    0.000] n1 higher term seen from n2 -> term 4
[    0.000] n1 vote refused to n2: its log is behind
expect n1 term=4 vote=none
inject n3>n1 vote term=5 last=3^2
[    0.000] n1 higher term seen from n3 -> term 5
[    0.000] n1 vote granted to n3 in term 5
expect n1 term=5 vote=n3
inject n4>n1 vote term=6 last=1^5
[    0.000] n1 higher term seen from n4 -> term 6
[    0.000] n1 vote granted to n4 in term 6
expect n1 term=6 vote=n4
inject n5>n1 vote term=7
[    0.000] n1 higher term seen from n5 -> term 7
[    0.000] n1 vote refused to n5: its log is behind
expect n1 term=7 vote=none
