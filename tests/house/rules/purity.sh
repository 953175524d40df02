#!/bin/bash
# SPDX-License-Identifier: MIT
# The core is a function: what lib/raft imports is the mem* family (bcmp is what a compiler makes of
# a memcmp that only asks for equal), the abort hook, and arithmetic of lib/base. No clock, no I/O,
# no allocation, no libc randomness.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

archive=$build/libraft_raft.a
defined=$(nm -g --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u)
nm -u "$archive" | awk '
  NR == FNR { own[$1] = 1; next }
  /\.o:$/ { file = $1; sub(/(\.c)?\.o:$/, ".c", file) }
  $1 == "U" && !($2 in own) &&
    $2 !~ /^((mem(cpy|move|set|cmp)|bcmp)|raft_assert_fail|raft_hash_(bytes|u64)|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/ {
    print "lib/raft/" file ":1: the pure core imports " $2
  }' <(echo "$defined") - | conclude
