# CCF former_candidate_double_vote: n1 stood in term 1 and voted for itself. It follows the leader of
# that term, crashes, comes back: it still has no second vote to give in term 1.
nodes 5 prevote=off checkquorum=off
trace off +why +roles
start n1
run until n1 candidate vote=n1 term=1
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 election started for term 1
run for 2ms
inject n2>n1 append term=1 entries=1
[  102.000] n1 stepped down: another leader of this term
[  102.000] n1 candidate -> follower (term 1)
[  102.000] n1 follows n2 (term 1)
run for 5ms
expect n1 follower leader=n2 vote=n1
inject n3>n1 vote term=1
[  107.000] n1 vote refused to n3: voted for another
expect n1 vote=n1
crash n1
start n1
inject n3>n1 vote term=1
[  107.000] n1 vote refused to n3: voted for another
expect n1 term=1 vote=n1
