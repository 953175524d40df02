# It begins,
# and B4 is its goal.
nodes 3
# B5 comes by the way.
