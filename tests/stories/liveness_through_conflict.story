# CCF liveness_through_conflict: while n3's log is in conflict and its disk stands still, the others
# commit on; when it moves again n3 catches up.
nodes 3 prevote=off
state n1,n2 log=1,2 term=2
state n3 log=1,1,1,1 term=1
trace off +roles +commits
start all
disk n3 hold
run until n1 leader
[  100.000] n1 follower -> candidate (term 2)
[  104.000] n1 candidate -> leader (term 3)
for $i in 1..5
propose n1 $i
run for 10ms
end
[  105.000] n2 follows n1 (term 3)
[  105.000] n3 follows n1 (term 3)
[  107.000] n1 commit 0 -> 3, applied 0
[  108.000] n2 commit 0 -> 3, applied 0
[  110.000] n1 commit 3 -> 4, applied 4
[  111.000] n2 commit 3 -> 4, applied 4
[  117.000] n1 commit 4 -> 5, applied 5
[  118.000] n2 commit 4 -> 5, applied 5
[  127.000] n1 commit 5 -> 6, applied 6
[  128.000] n2 commit 5 -> 6, applied 6
[  137.000] n1 commit 6 -> 7, applied 7
[  138.000] n2 commit 6 -> 7, applied 7
[  147.000] n1 commit 7 -> 8, applied 8
[  148.000] n2 commit 7 -> 8, applied 8
expect n1,n2 commit=8
expect n3 commit=0
disk n3 release
run until converged
[  157.000] n3 commit 0 -> 8, applied 0
expect all log=1,2,3x6
