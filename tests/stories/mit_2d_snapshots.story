# MIT 2D SnapshotBasic, SnapshotAllCrash, SnapshotInit: a snapshot every ten entries, two of which stay in
# the log. Commands go on; all crash and come back with what their snapshots hold, again and again, and
# the next command follows.
nodes 3 snapshot=10 trailing=2
trace off
start all
for $i in 1..60
run until leader
propose leader $i
run until leader last=$i+
run for 5ms
end
run until converged
expect all applied=61+
for $i in 1..5
crash all
start all
run until converged
propose leader again$i
run until converged
end
expect all applied=71+
