# Counter-example A4 (M116): a vote that was given is given again to the same candidate of the same
# term, since UDP may have eaten the first answer; another candidate gets none.
nodes 3
trace +messages
start n1
[    0.000] n1 starts
inject n2>n1 vote term=5
[    0.000] n1 gets vote from n2: term 5, log ends with 0^0
[    0.000] n1 higher term seen from n2 -> term 5
[    0.000] n1 vote granted to n2 in term 5
run for 3ms
[    1.000] n1 sends vote_reply to n2: term 5, granted
expect n1 term=5 vote=n2
inject n2>n1 vote term=5
[    3.000] n1 gets vote from n2: term 5, log ends with 0^0
[    3.000] n1 vote granted to n2 in term 5
[    3.000] n1 sends vote_reply to n2: term 5, granted
run for 3ms
inject n3>n1 vote term=5
[    6.000] n1 gets vote from n3: term 5, log ends with 0^0
[    6.000] n1 vote refused to n3: voted for another
[    6.000] n1 sends vote_reply to n3: term 5, refused
run for 3ms
expect n1 term=5 vote=n2
