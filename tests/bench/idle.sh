#!/bin/bash
# SPDX-License-Identifier: MIT
# CPU of an idle cluster of five with the dashboard open, as a share of one core over 20 seconds.
set -eu
# shellcheck source=tests/bench/common.bash
source "$(dirname "$0")/common.bash"
seconds=20

# ticks PID: user and system time of a process in clock ticks.
ticks() {
  local stat
  stat=$(<"/proc/$1/stat")
  # shellcheck disable=SC2086 # the fields after the name
  set -- ${stat##*) }
  echo $((${12} + ${13}))
}

"$RAFTCTL" up 5 -d >/dev/null
screen=$(mktemp "${TMPDIR:-/tmp}/screen.XXXXXX")
script -qfc "stty cols 120 rows 40; exec '$RAFTCTL' top" "$screen" >/dev/null 2>&1 < <(tail -f --pid=$$ /dev/null) &
terminal=$!
"$RAFTCTL" wait 'stable' --hold 2000 >/dev/null

declare -A before=()
for directory in /proc/[0-9]*; do
  pid=${directory#/proc/}
  exe=$(readlink "$directory/exe" 2>/dev/null) || continue
  case $exe in */raftnode | */raftctl) ;; *) continue ;; esac
  grep -qzxF "RAFTCTL_HOME=$RAFTCTL_HOME" "$directory/environ" 2>/dev/null || continue
  before[$pid]=$(ticks "$pid")
done
start=$(now_us)
# The wait that never comes true keeps the time; what it uses itself is not counted.
"$RAFTCTL" wait 'term>=1000000' --timeout "$seconds" >/dev/null 2>&1 || true
elapsed=$(($(now_us) - start))
declare -A sum=([node]=0 [supervisor]=0 [dashboard]=0)
for pid in "${!before[@]}"; do
  used=$(($(ticks "$pid") - before[$pid]))
  case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
  *raftnode*) kind=node ;;
  *' supervise '*) kind=supervisor ;;
  *) kind=dashboard ;;
  esac
  sum[$kind]=$((sum[$kind] + used))
done
total=$((sum[node] + sum[supervisor] + sum[dashboard]))
awk -v t="$total" -v n="${sum[node]}" -v s="${sum[supervisor]}" -v d="${sum[dashboard]}" -v us="$elapsed" \
  -v hz="$(getconf CLK_TCK)" -v count="${#before[@]}" 'BEGIN {
  k = 100 / hz / (us / 1e6)
  printf "%-46s %8.1f %%   (nodes %.1f, supervisor %.1f, dashboard %.1f; %d processes) of one core\n",
    "idle: 5 nodes and the dashboard (lan)", t * k, n * k, s * k, d * k, count
}'
kill "$terminal" 2>/dev/null || true
wait "$terminal" 2>/dev/null || true
[[ $(grep -ac "commit/s" "$screen") -gt 0 ]] || echo "idle: the dashboard never drew itself" >&2
rm -f "$screen"
"$RAFTCTL" down --wipe --yes >/dev/null 2>&1
