# MIT 2C ReliableChurn, UnreliableChurn: three clients, nodes that are cut off and crash at random, by
# seed; no acknowledged value is lost (the checkers look), and when it is calm all agree.
for $net in loss=0 loss=100
nodes 5 seed=7 $net
trace off
start all
trouble clients=3 crash=300ms partition=400ms
run for 20s
calm
run until converged
expect all commit=100+
end
