#!/bin/bash
# SPDX-License-Identifier: MIT
# Every port has a conformance suite, and every adapter of the port runs through it.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

for port in log comms serializer app; do
  suite=tests/conformance/test_$port.c
  if [[ ! -r $suite ]]; then
    echo "$suite:1: port lib/$port has no conformance suite"
    continue
  fi
  for adapter in lib/"$port"/"$port"_*.c; do
    [[ -r $adapter ]] || continue
    name=${adapter##*/}
    name=${name%.c}
    # An adapter is what the port's header, or its table of adapters, offers to open; other files
    # are its inner parts.
    grep -qs "raft_${name}\b\|raft_${name}_" "lib/$port/$port.h" "lib/$port/${port}s.h" || continue
    grep -q "raft_${name}\b\|raft_${name}_" tests/conformance/*.[ch] ||
      echo "$adapter:1: this adapter does not run through $suite"
  done
done | conclude
