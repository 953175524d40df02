#!/bin/bash
# SPDX-License-Identifier: MIT
# The message queue over REST (app queue, lan timing): requests a second and the 50th and 99th percentile
# with 1, 16 and 64 keep-alive clients, half of whose commands put and half get, at 1, 3 and 5 nodes in one
# run, and beside the number what the same load was at 1 node. Then the CPU of the nodes while nobody asks.
set -eu
# shellcheck source=tests/bench/common.bash
source "$(dirname "$0")/common.bash"
root=$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")
CLIENTS=${CLIENTS:-1 16 64}
commands=${COMMANDS:-500}
build=${RAFTCTL_BUILD:-$root/build}/load
mkdir -p "$build"
{ cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release && ninja -C "$build" load_queue; } \
  >"$build/build.log" 2>&1 || { tail -n 20 "$build/build.log" && exit 1; }

# busy_us: CPU time of the cluster's nodes so far.
busy_us() {
  local pid stat sum=0
  for pid in $("$RAFTCTL" status -o pid); do
    stat=$(<"/proc/$pid/stat")
    # shellcheck disable=SC2086 # the fields after the name
    set -- ${stat##*) }
    sum=$((sum + ${12} + ${13}))
  done
  echo $((sum * 1000000 / $(getconf CLK_TCK)))
}

for clients in $CLIENTS; do
  single=
  for nodes in 1 3 5; do
    "$RAFTCTL" up "$nodes" -d --app queue >/dev/null
    "$RAFTCTL" wait converged >/dev/null
    before=$(busy_us)
    # shellcheck disable=SC2046 # a list of ports
    sums=$("$build/bin/load_queue" -k -t 16 -c "$clients" -n $((commands * 16 / (clients + 15))) \
      $("$RAFTCTL" status -o http | grep -oE '[0-9]+$'))
    used=$(($(busy_us) - before))
    rate=$(grep -oE 'per_second [0-9]+' <<<"$sums" | cut -d ' ' -f 2)
    single=${single:-$rate}
    awk -v nodes="$nodes" -v clients="$clients" -v single="$single" -v used="$used" '{
      for (i = 1; i < NF; i += 2) value[$i] = $(i + 1)
      done = value["pushed"] + value["popped"] + value["empty"]
      printf "%-44s %6d req/s  (%.2f x one node)  p50 %.1f ms  p99 %.1f ms  CPU of all nodes %.0f us a request\n",
        "queue over REST, nodes: " nodes ", clients: " clients, value["per_second"],
        value["per_second"] / single, value["p50_us"] / 1000, value["p99_us"] / 1000, used / done
    }' <<<"$sums"
    if [[ $nodes -eq 5 && $clients == "${CLIENTS##* }" ]]; then
      before=$(busy_us)
      start=$(now_us)
      "$RAFTCTL" wait 'term>=1000000' --timeout 5 >/dev/null 2>&1 || true
      awk -v used=$(($(busy_us) - before)) -v us=$(($(now_us) - start)) 'BEGIN {
        printf "%-44s %6.2f %% of one core a node\n", "idle afterwards, nodes: 5, HTTP open", used / us / 5 * 100 }'
    fi
    "$RAFTCTL" down --wipe --yes >/dev/null 2>&1
  done
done
