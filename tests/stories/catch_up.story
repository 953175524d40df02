# B18: n3 lacks ten thousand entries. They come in batches, none longer than what one append may hold,
# several on their way at once and none of them twice, while the leader leads and commits on.
nodes 3 batch=64 snapshot=100000
trace off
start n1,n2
run until n1 leader commit=1
for $i in 1..1000
propose n1 1 2 3 4 5 6 7 8 9 10
run for 15ms
end
run until n1,n2 commit=10001
count
start n3
propose n1 meanwhile
run until n1,n2 commit=10002
expect n3 follower
run until converged
expect all commit=10002 last=10002 leader=n1 term=1
expect packets<=800
