# MIT 2D SnapshotInstallUnreliable, ..InstallCrash, ..InstallUnCrash: three clients write while a node is
# away again and again; the network is good or loses, doubles and delays packets, nodes crash, also while
# they install a snapshot; by seed.
for $world in 1 2 3
nodes 5 seed=$world snapshot=10 trailing=2 loss=100 twice=50 late=100
trace off
start all
trouble clients=3 partition=300ms
run for 5s
calm
run until converged
expect all commit=50+
expect installs>=1
end
for $world in 4 5 6
nodes 5 seed=$world snapshot=10 trailing=2
trace off
start all
trouble clients=3 partition=300ms crash=400ms
run for 5s
calm
run until converged
expect all commit=15+
expect installs>=1
end
for $world in 7 8 9
nodes 5 seed=$world snapshot=10 trailing=2 loss=100 twice=50 late=100
trace off
start all
trouble clients=3 partition=300ms crash=500ms effect=600ms
run for 5s
calm
run until converged
expect all commit=15+
expect installs>=1
end
