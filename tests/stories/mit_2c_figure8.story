# MIT 2C Figure8: a thousand leaders that take a command and crash, each a microsecond later than the one
# before it, somewhere between the noop and its commit. In the end all agree, and nothing that was
# committed has changed.
nodes 5 T=20ms beat=5ms
trace off
start all
for $i in 1..1000
run until leader
propose leader $i
run for 2ms
run for $ius
crash leader
run until leader
start all
end
run until converged
