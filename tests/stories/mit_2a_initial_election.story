# MIT 2A InitialElection: without faults the first leader and its term stay, for a minute.
nodes 3
trace off +roles
start all
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 follows n1 (term 1)
run for 60s
expect all term=1 leader=n1
expect n1 leader
