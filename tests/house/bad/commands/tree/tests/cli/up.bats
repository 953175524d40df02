#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
@test "up" {
  raftctl up 3
}
