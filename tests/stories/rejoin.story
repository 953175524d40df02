# MIT 2B Rejoin: a cut-off leader with entries of its own rejoins while the next leader is cut off in
# its turn; neither's lost entries come back.
nodes 3 checkquorum=off
trace off +roles +logs +answers
start all
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
isolate n1
propose n1 lost lost lost
[  110.000] n1 appends 2 of term 1 (command)
[  110.000] n1 appends 3 of term 1 (command)
[  110.000] n1 appends 4 of term 1 (command)
run until n2 leader
[  243.333] n2 follower -> candidate (term 1)
[  249.333] n2 candidate -> leader (term 2)
[  249.333] n2 appends 2 of term 2 (noop)
propose n2 kept
[  249.333] n2 appends 3 of term 2 (command)
run until n2,n3 applied=3
[  250.333] n3 appends 2 of term 2 (noop)
[  250.333] n3 follows n2 (term 2)
[  253.333] n3 appends 3 of term 2 (command)
[  255.333] n2 answers: ok, entry 3
heal
isolate n2
propose n2 gone
[  256.333] n2 appends 4 of term 2 (command)
run until n1 follower
[  268.000] n1 leader -> follower (term 2)
[  268.000] n1 answers: unknown
[  268.000] n1 answers: unknown
[  268.000] n1 answers: unknown
run until n3 leader within=2s
[  368.000] n1 follower -> candidate (term 2)
[  422.999] n3 follower -> candidate (term 2)
[  426.999] n1 candidate -> follower (term 3)
[  428.999] n3 candidate -> leader (term 3)
[  428.999] n3 appends 4 of term 3 (noop)
propose n3 last
[  428.999] n3 appends 5 of term 3 (command)
run until n1,n3 applied=5
[  429.999] n1 follows n3 (term 3)
[  431.999] n1 removes 2..4
[  431.999] n1 appends 2 of term 2 (noop)
[  431.999] n1 appends 3 of term 2 (command)
[  431.999] n1 appends 4 of term 3 (noop)
[  431.999] n1 appends 5 of term 3 (command)
[  433.999] n3 answers: ok, entry 5
heal
run until converged
[  439.999] n2 leader -> follower (term 3)
[  439.999] n2 answers: unknown
[  439.999] n2 removes 4..4
[  439.999] n2 appends 4 of term 3 (noop)
[  439.999] n2 appends 5 of term 3 (command)
[  439.999] n2 follows n3 (term 3)
expect all log=1,2,2,3,3
