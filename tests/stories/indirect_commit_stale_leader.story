# CCF indirect_commit_stale_leader: an entry of term 1 that its leader could bring to n2 alone is
# committed indirectly, under the first entry of term 2. The old leader learns it late: an answer from
# its own term must not let it commit by itself in a term that is over.
nodes 5 prevote=off checkquorum=off
trace off +roles +commits
timeout n2=110ms n3=190ms n4=190ms n5=190ms
start all
run until converged
[  100.000] n1 follower -> candidate (term 0)
[  104.000] n1 candidate -> leader (term 1)
[  105.000] n2 follows n1 (term 1)
[  105.000] n3 follows n1 (term 1)
[  105.000] n4 follows n1 (term 1)
[  105.000] n5 follows n1 (term 1)
[  107.000] n1 commit 0 -> 1, applied 1
[  108.000] n2 commit 0 -> 1, applied 1
[  108.000] n3 commit 0 -> 1, applied 1
[  108.000] n4 commit 0 -> 1, applied 1
[  108.000] n5 commit 0 -> 1, applied 1
hold n1>n3,n4,n5 append
hold n2>n1 append_reply
propose n1 a
run until n2 last=2
partition n1 | n2,n3,n4,n5
run until n2 leader term=2 within=1s
[  219.000] n2 follower -> candidate (term 1)
[  223.000] n2 candidate -> leader (term 2)
run until n2,n3,n4,n5 commit=3
[  224.000] n3 follows n2 (term 2)
[  224.000] n4 follows n2 (term 2)
[  224.000] n5 follows n2 (term 2)
[  228.000] n2 commit 1 -> 3, applied 3
[  229.000] n3 commit 1 -> 3, applied 3
[  229.000] n4 commit 1 -> 3, applied 3
[  229.000] n5 commit 1 -> 3, applied 3
expect n1 commit=1 leader=n1 term=1
heal
release n2>n1
release n1>n3,n4,n5
run until converged
[  230.000] n1 leader -> follower (term 2)
[  234.000] n1 commit 1 -> 3, applied 3
[  234.000] n1 follows n2 (term 2)
expect all log=1,1,2 commit=3
