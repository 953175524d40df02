#!/bin/bash
# SPDX-License-Identifier: MIT
# Sizes: a function of 60 lines and 7 parameters (5 is the aim), a file of 500 lines, a header of 300, a line of
# 100 characters; a test or its fixture of 600 lines. The formatter puts every function's braces in the first column.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

list_sources '\.[ch]' lib cmd tests | xargs -r awk '
  function say(line, text) { print FILENAME ":" line ": " text }
  function count_parameters(text, depth, i, c, n) {
    n = 1
    for (i = 1; i <= length(text); i++) {
      c = substr(text, i, 1)
      if (c == "(") depth++
      if (c == ")") depth--
      if (c == "," && depth == 1) n++
    }
    return n
  }
  FNR == 1 { end_file(); file = FILENAME; signature = ""; start = 0 }
  function end_file(limit) {
    limit = file ~ /^tests/ ? 600 : file ~ /\.h$/ ? 300 : 500
    if (file != "" && lines > limit) print file ":" lines ": longer than " limit " lines"
  }
  { lines = FNR }
  length($0) > 100 && length($0) > 100 + gsub(/[\200-\277]/, "&") { say(FNR, "longer than 100 characters") }
  /^[A-Za-z_].*\(/ && !/;$/ { signature = ""; first = FNR }
  /^[A-Za-z_ ]/ && start == 0 { signature = signature $0 }
  /^\{/ && signature ~ /\(/ {
    start = FNR
    if (count_parameters(signature) > 7) say(first, "more than 7 parameters")
  }
  /^\}/ && start > 0 {
    if (FNR - start - 1 > 60) say(first, "function longer than 60 lines: " FNR - start - 1)
    start = 0
    signature = ""
  }
  /^[}#]|;$/ && start == 0 { signature = "" }
  END { end_file() }' | conclude
