# E3: a network that loses a fifth of all packets, doubles a tenth and brings a third of them late and
# out of order, by seed. The cluster elects, commits what three clients say, and gives each of them the
# result of its own command, whoever's stand around it (H10; the checkers look).
for $seed in 1..3
nodes 5 seed=$seed loss=200 twice=100 late=333
trace off
start all
run until leader within=20s
trouble clients=3
run for 10s
calm
run until converged within=20s
expect all commit=50+
end
