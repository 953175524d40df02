# MIT 2B RPCBytes: each command crosses each link once. A hundred commands of 100 bytes to two
# followers are 20 kB and some head around them, and no heartbeat repeats them.
nodes 3 T=10s beat=1s fresh
trace off
start all
run until converged
count
for $i in 1..100
propose n1 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789
run until n1 commit=$i+
end
run until n1 commit=101
expect bytes<=60000
