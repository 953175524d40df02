# A split vote (B7): two nodes time out at the same moment, each votes for itself, nobody wins; both
# try again in a higher term, and the one whose requests come first wins.
nodes 4 prevote=off
timeout n1=110ms n2=110ms n3=190ms n4=190ms
hold n1>n4 vote
hold n2>n3 vote
start all
[    0.000] n1 starts
[    0.000] n2 starts
[    0.000] n3 starts
[    0.000] n4 starts
run until n1 candidate
[  110.000] n1 election timeout: no leader was heard
[  110.000] n1 follower -> candidate (term 0)
[  110.000] n1 election started for term 1
run for 50ms
[  110.000] n2 election timeout: no leader was heard
[  110.000] n2 follower -> candidate (term 0)
[  110.000] n2 election started for term 1
[  112.000] n2 vote refused to n1: voted for another
[  112.000] n3 higher term seen from n1 -> term 1
[  112.000] n3 vote granted to n1 in term 1
[  112.000] n1 vote refused to n2: voted for another
[  112.000] n4 higher term seen from n2 -> term 1
[  112.000] n4 vote granted to n2 in term 1
[  113.000] n1 vote denied by n2 of term 1
[  113.000] n2 vote denied by n1 of term 1
[  114.000] n1 vote received from n3 -> 2 so far
[  114.000] n2 vote received from n4 -> 2 so far
expect n1 candidate term=1 vote=n1
expect n2 candidate term=1 vote=n2
expect n3 term=1 vote=n1
expect n4 term=1 vote=n2
timeout n1=100ms n2=199ms
lose n1>n4 all
lose n2>n3 all
release n1>n4
release n2>n3
run until leader=n1 within=1s
[  171.000] n4 vote refused to n1: voted for another
[  171.000] n3 vote refused to n2: voted for another
[  172.000] n1 vote denied by n4 of term 1
[  172.000] n2 vote denied by n3 of term 1
[  220.000] n1 election timeout: no leader was heard
[  220.000] n1 election started for term 2
[  220.000] n2 election timeout: no leader was heard
[  220.000] n2 election started for term 2
[  222.000] n2 vote refused to n1: voted for another
[  222.000] n3 higher term seen from n1 -> term 2
[  222.000] n3 vote granted to n1 in term 2
[  222.000] n4 higher term seen from n1 -> term 2
[  222.000] n4 vote granted to n1 in term 2
[  222.000] n1 vote refused to n2: voted for another
[  222.000] n3 vote refused to n2: voted for another
[  222.000] n4 vote refused to n2: voted for another
[  223.000] n1 vote denied by n2 of term 2
[  223.000] n2 vote denied by n1 of term 2
[  224.000] n1 vote received from n3 -> 2 so far
[  224.000] n2 vote denied by n3 of term 2
[  224.000] n1 vote received from n4 -> 3 so far
[  224.000] n1 election won with 3 of 4 votes
[  224.000] n1 candidate -> leader (term 2)
[  224.000] n1 appends 1 of term 2 (noop)
run until converged
[  224.000] n2 vote denied by n4 of term 2
[  225.000] n2 stepped down: another leader of this term
[  225.000] n2 candidate -> follower (term 2)
[  225.000] n2 appends 1 of term 2 (noop)
[  225.000] n2 follows n1 (term 2)
[  225.000] n3 appends 1 of term 2 (noop)
[  225.000] n3 follows n1 (term 2)
[  225.000] n4 appends 1 of term 2 (noop)
[  225.000] n4 follows n1 (term 2)
[  227.000] n1 peer is replicated to: n2 has up to entry 1
[  227.000] n1 peer is replicated to: n3 has up to entry 1
[  227.000] n1 commit index moved to 1
[  227.000] n1 commit 0 -> 1, applied 1
[  227.000] n1 peer is replicated to: n4 has up to entry 1
[  228.000] n2 commit index moved to 1
[  228.000] n2 commit 0 -> 1, applied 1
[  228.000] n3 commit index moved to 1
[  228.000] n3 commit 0 -> 1, applied 1
[  228.000] n4 commit index moved to 1
[  228.000] n4 commit 0 -> 1, applied 1
expect all term=2 leader=n1 log=2
