# SPDX-License-Identifier: MIT
# What the measurements share. RAFTCTL is the program, RUNS how often, RAFTCTL_HOME a folder of our own.

# now_us: microseconds since the epoch.
now_us() {
  echo "${EPOCHREALTIME/./}"
}

# report NAME TIMING: reads microseconds, one a line; prints their median and range in milliseconds.
report() {
  sort -n | awk -v name="$1" -v timing="$2" '
    { value[NR] = $1 / 1000 }
    END {
      median = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
      printf "%-46s %8.0f ms  (%.0f .. %.0f, %d runs)  election timeout %s\n",
        name, median, value[1], value[NR], NR, timing
    }'
}

# timeout_of TIMING: what T is, as text; a node draws from [T, 2T).
timeout_of() {
  case $1 in
  fast) echo "150..300 ms" ;;
  lan) echo "500..1000 ms" ;;
  *) echo "$1" ;;
  esac
}
