#!/bin/bash
# SPDX-License-Identifier: MIT
# Who may include whom. Modules form layers without a cycle; a third-party header has one user; no
# include climbs with "../". The table is design 3 as CMakeLists.txt builds it.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

list_sources '\.[ch]' lib cmd | xargs -r awk '
  BEGIN {
    may["lib/base"] = ""
    may["lib/raft"] = "base"
    may["lib/log"] = "base raft serializer"
    may["lib/serializer"] = "base raft"
    may["lib/faults"] = "base raft"
    may["lib/comms"] = "base raft serializer faults"
    may["lib/app"] = "base raft"
    may["lib/node"] = "base raft log serializer comms app faults"
    may["lib/history"] = "base"
    may["lib/sim"] = "base raft log serializer comms app faults node history"
    may["lib/shm"] = "base raft comms faults"
    may["lib/json"] = "base"
    may["lib/tree"] = "base json"
    may["lib/cluster"] = "base raft comms app faults shm json tree"
    may["lib/client"] = "base raft app serializer comms"
    may["lib/server"] = "base raft log serializer comms app faults node shm json cluster"
    may["cmd/raftnode"] = "base raft log serializer comms app faults node shm json cluster server"
    may["cmd/raftctl"] = "base raft serializer comms app faults shm json cluster client sim"
    only["jansson.h"] = "^lib/json/json\\.c$"
    only["yaml.h"] = "^lib/tree/tree_yaml\\.c$"
    only["msgpack.h"] = "^lib/serializer/serializer_msgpack\\.c$"
    only["msgpack/"] = "^lib/serializer/serializer_msgpack\\.c$"
    only["lmdb.h"] = "^lib/log/log_lmdb\\.c$"
    only["event2/"] = "^lib/server/"
    only["event.h"] = "^$"
    only["curses.h"] = "^cmd/raftctl/top/screen\\.c$"
    only["ncurses.h"] = "^cmd/raftctl/top/screen\\.c$"
    only["term.h"] = "^cmd/raftctl/top/screen\\.c$"
    for (module in may) known[substr(module, index(module, "/") + 1)] = module
  }
  function say(text) { print FILENAME ":" FNR ": " text }
  FNR == 1 {
    split(FILENAME, path, "/")
    module = path[1] "/" path[2]
    if (!(module in may)) say("module " module " is not in the table of layers")
  }
  match($0, /^ *# *include *["<][^">]+/) {
    header = substr($0, RSTART, RLENGTH)
    sub(/^ *# *include *["<]/, "", header)
    if (header ~ /\.\.\//) say("include climbs with ../: " header)
    for (name in only)
      if ((header == name || (name ~ /\/$/ && index(header, name) == 1)) && FILENAME !~ only[name])
        say(header " has one user, and it is not this file")
    if ($0 !~ /"/) next
    target = header
    if (!sub(/\/.*/, "", target)) {
      if (path[1] == "lib") say("include from lib/ is written module/file.h: " header)
      next
    }
    if (!(target in known) || known[target] == module || known[target] !~ /^lib/) next
    if (index(" " may[module] " ", " " target " ") == 0)
      say(module " may not include " target ": " header)
  }' | conclude
