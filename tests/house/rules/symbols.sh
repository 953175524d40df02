#!/bin/bash
# SPDX-License-Identifier: MIT
# Every external symbol of lib/ starts with raft_ and a word of its module: the module, the first
# word of one of its files, or, for X_name and X_text, the enum it names.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

for archive in "$build"/libraft_*.a; do
  module=${archive##*/libraft_}
  module=${module%.a}
  stems=$(cd "lib/$module" && printf '%s\n' *.[ch])
  nm -g --defined-only "$archive" 2>/dev/null | awk -v module="$module" -v stems="$stems" '
    # A word is known if it is the module or how a file of it begins: child_ready in children.c.
    function is_known(word, list, i, n) {
      if (module == "raft" || word == module) return 1
      n = split(stems, list, "\n")
      for (i = 1; i <= n; i++) if (length(word) > 1 && index(list[i], word) == 1) return 1
      return 0
    }
    /\.o:$/ { file = $1; sub(/(\.c)?\.o:$/, ".c", file) }
    # AddressSanitizer marks each exported object with a symbol of its own.
    NF == 3 && $3 !~ /^(raft_[a-z_]+_(name|text)$|__odr_asan\.)/ {
      split($3, part, "_")
      if (part[1] != "raft" || !is_known(part[2]))
        print "lib/" module "/" file ":1: external symbol without the prefix of its module: " $3
    }'
done | conclude
