# MIT 2B Count: few messages. At most 30 RPCs (60 packets) for a first election, (n + 1 + 3) x 3 for n
# commands (here 11), 60 in an idle second with ten heartbeats.
nodes 3 T=500ms beat=100ms
trace off
start all
count
run until converged
expect packets<=60
count
propose n1 a
run until converged
propose n1 b c d e f g h i j k
run until converged
expect packets<=90
count
run for 1s
expect packets<=120
