#!/bin/bash
# SPDX-License-Identifier: MIT
# No cycle among the modules: what they really include can be sorted.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

list_sources '\.[ch]' lib | xargs -r awk '
  match($0, /^#include "[a-z_]+\//) {
    split(FILENAME, path, "/")
    target = substr($0, RSTART + 10, RLENGTH - 11)
    if (target != path[2]) print path[2], target
  }' | sort -u | { tsort 2>&1 >/dev/null || true; } |
  awk '/^tsort: [a-z_]+$/ { print "lib/" $2 ":1: module is part of a cycle of includes" }' | conclude
