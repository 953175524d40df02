# MIT 2C UnreliableAgree, Figure8Unreliable: a network that loses a tenth of all packets, doubles a tenth
# and brings a third of them late and out of order, by seed. Three clients' commands are agreed on, in
# peace; then, in other worlds, while leaders crash soon after their election.
for $seed in 1..4
nodes 5 seed=$seed loss=100 twice=100 late=300
trace off
start all
trouble clients=3
run for 3s
calm
run until converged
expect all commit=50+
end
for $seed in 1..4
nodes 5 seed=$seed loss=100 twice=100 late=300
trace off
start all
trouble clients=3 leaders=200ms
run for 3s
calm
run until converged
expect all commit=20+
end
