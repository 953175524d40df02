# Exactly once: nodes remember two clients here. The first one's command is run, then two others
# come, and it is forgotten. A copy of its command that the network had kept arrives afterwards:
# nobody knows any more whether it ran, so it must not run. The client itself goes on: what it
# makes after it has heard of a newer index is new for sure. A client that nobody knows and that
# has heard of nothing must hear first. So it is on the next leader.

nodes 3 sessions=2
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
run until leader=n1
[  100.000] n1 election timeout: no leader was heard
[  100.000] n1 follower -> candidate (term 0)
[  100.000] n1 pre-vote started for term 1
[  101.000] n2 pre-vote granted to n1 in term 1
[  101.000] n3 pre-vote granted to n1 in term 1
[  102.000] n1 pre-vote received from n2 -> 2 so far
[  102.000] n1 election started for term 1
[  102.000] n1 stale message dropped: vote_reply of term 1 from n3
[  104.000] n2 higher term seen from n1 -> term 1
[  104.000] n2 vote granted to n1 in term 1
[  104.000] n3 higher term seen from n1 -> term 1
[  104.000] n3 vote granted to n1 in term 1
[  106.000] n1 vote received from n2 -> 2 so far
[  106.000] n1 election won with 2 of 3 votes
[  106.000] n1 candidate -> leader (term 1)
[  106.000] n1 appends 1 of term 1 (noop)
run for 20ms
[  106.000] n1 stale message dropped: vote_reply of term 1 from n3
[  107.000] n2 appends 1 of term 1 (noop)
[  107.000] n2 follows n1 (term 1)
[  107.000] n3 appends 1 of term 1 (noop)
[  107.000] n3 follows n1 (term 1)
[  109.000] n1 peer is replicated to: n2 has up to entry 1
[  109.000] n1 commit index moved to 1
[  109.000] n1 commit 0 -> 1, applied 1
[  109.000] n1 peer is replicated to: n3 has up to entry 1
[  110.000] n2 commit index moved to 1
[  110.000] n2 commit 0 -> 1, applied 1
[  110.000] n3 commit index moved to 1
[  110.000] n3 commit 0 -> 1, applied 1
request n1 c1 1 red
run for 5ms
[  127.000] n1 appends 2 of term 1 (command)
[  128.000] n2 appends 2 of term 1 (command)
[  128.000] n3 appends 2 of term 1 (command)
[  130.000] n1 commit index moved to 2
[  130.000] n1 commit 1 -> 2, applied 2
[  131.000] n1 answers command 1 of c1: ok, 2
[  131.000] n2 commit index moved to 2
[  131.000] n2 commit 1 -> 2, applied 2
[  131.000] n3 commit index moved to 2
[  131.000] n3 commit 1 -> 2, applied 2
request n1 c2 1 green known=2
run for 5ms
[  132.000] n1 appends 3 of term 1 (command)
[  133.000] n2 appends 3 of term 1 (command)
[  133.000] n3 appends 3 of term 1 (command)
[  135.000] n1 commit index moved to 3
[  135.000] n1 commit 2 -> 3, applied 3
[  136.000] n1 answers command 1 of c2: ok, 3
[  136.000] n2 commit index moved to 3
[  136.000] n2 commit 2 -> 3, applied 3
[  136.000] n3 commit index moved to 3
[  136.000] n3 commit 2 -> 3, applied 3
request n1 c3 1 blue known=3
run for 5ms
[  137.000] n1 appends 4 of term 1 (command)
[  138.000] n2 appends 4 of term 1 (command)
[  138.000] n3 appends 4 of term 1 (command)
[  140.000] n1 commit index moved to 4
[  140.000] n1 commit 3 -> 4, applied 4
[  141.000] n1 answers command 1 of c3: ok, 4
[  141.000] n2 commit index moved to 4
[  141.000] n2 commit 3 -> 4, applied 4
[  141.000] n3 commit index moved to 4
[  141.000] n3 commit 3 -> 4, applied 4
expect n1 applied=4
request n1 c1 1 red
run for 5ms
[  143.000] n1 answers command 1 of c1: expired, 4
expect n1 last=4
request n1 c1 2 yellow known=4
run for 5ms
[  147.000] n1 appends 5 of term 1 (command)
[  148.000] n2 appends 5 of term 1 (command)
[  148.000] n3 appends 5 of term 1 (command)
[  150.000] n1 commit index moved to 5
[  150.000] n1 commit 4 -> 5, applied 5
[  151.000] n1 answers command 2 of c1: ok, 5
[  151.000] n2 commit index moved to 5
[  151.000] n2 commit 4 -> 5, applied 5
[  151.000] n3 commit index moved to 5
[  151.000] n3 commit 4 -> 5, applied 5
expect n1 applied=5
request n1 c4 1 white
run for 5ms
[  153.000] n1 answers command 1 of c4: expired, 5
transfer n1 n2
[  156.000] n1 leadership transfer started to n2
run until leader=n2
[  157.000] n2 asked to take over by n1
[  157.000] n2 follower -> candidate (term 1)
[  157.000] n2 election started for term 2
[  159.000] n1 higher term seen from n2 -> term 2
[  159.000] n1 stepped down: higher term
[  159.000] n1 leader -> follower (term 2)
[  159.000] n1 vote granted to n2 in term 2
[  159.000] n3 higher term seen from n2 -> term 2
[  159.000] n3 vote granted to n2 in term 2
[  161.000] n2 vote received from n1 -> 2 so far
[  161.000] n2 election won with 2 of 3 votes
[  161.000] n2 candidate -> leader (term 2)
[  161.000] n2 appends 6 of term 2 (noop)
run until converged
[  161.000] n2 stale message dropped: vote_reply of term 2 from n3
[  162.000] n1 appends 6 of term 2 (noop)
[  162.000] n1 follows n2 (term 2)
[  162.000] n3 appends 6 of term 2 (noop)
[  162.000] n3 follows n2 (term 2)
[  164.000] n2 peer is replicated to: n1 has up to entry 6
[  164.000] n2 commit index moved to 6
[  164.000] n2 commit 5 -> 6, applied 6
[  164.000] n2 peer is replicated to: n3 has up to entry 6
[  165.000] n1 commit index moved to 6
[  165.000] n1 commit 5 -> 6, applied 6
[  165.000] n3 commit index moved to 6
[  165.000] n3 commit 5 -> 6, applied 6
request n2 c1 1 red
request n2 c2 1 green known=2
request n2 c3 1 blue known=3
run for 5ms
[  167.000] n2 answers command 1 of c1: expired, 6
[  167.000] n2 answers command 1 of c2: expired, 6
[  167.000] n2 answers command 1 of c3: ok, 4
expect n2 last=6
