#!/bin/bash
# SPDX-License-Identifier: MIT
# Words that are not written here: unbounded or hidden-state functions, sleeping, processes forked
# outside lib/cluster/spawn.c, and marks of unfinished work.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

{
  list_sources '\.[ch]' lib cmd tests | xargs -r awk '
    /(^|[^A-Za-z])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z]|$)/ { print FILENAME ":" FNR ": unfinished work is an issue, not a comment" }
    {
      gsub(/\\"/, "")
      gsub(/"[^"]*"/, "\"\"")
      gsub(/\/\*.*\*\//, "")
      if ($0 ~ /^ *(\*|\/\*|\/\/)/) next
      banned = "strcpy|strcat|stpcpy|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|rand|srand|random|srandom|drand48|time|sleep|usleep|nanosleep|clock_nanosleep|alloca|popen" (FILENAME ~ /^tests/ ? "" : "|system|setjmp|longjmp")
      if (match($0, "(^|[^A-Za-z0-9_>.])(" banned ")\\("))
        print FILENAME ":" FNR ": banned function" ": " substr($0, RSTART, RLENGTH - 1)
      if (FILENAME !~ /^lib\/cluster\/spawn\.c$|^tests\// &&
          $0 ~ /(^|[^A-Za-z0-9_>.])(fork|vfork|execl|execlp|execle|execv|execvp|execve|execvpe|fexecve)\(/)
        print FILENAME ":" FNR ": processes are forked in lib/cluster/spawn.c only"
    }'
  list_sources '\.(bats|bash|sh)' bin tests/cli tests/tui tests/bench .ci | xargs -r awk '
    /(^|[^A-Za-z])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z]|$)/ { print FILENAME ":" FNR ": unfinished work is an issue, not a comment" }
    /^ *#/ { next }
    /(^ *|[;&|({] *|do |then )sleep [0-9.]/ { print FILENAME ":" FNR ": a test waits for a condition, it does not sleep" }'
} | sed 's/: \(banned function: \)[^a-z]*/: \1/' | conclude
