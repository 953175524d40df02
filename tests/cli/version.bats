#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
load cli.bash

@test "version prints one line, --json an object" {
  run -0 raftctl version
  assert_output --regexp '^raftctl [0-9]+\.[0-9]+\.[0-9]+$'
  assert_equal "$(raftctl version --json | json '["schema"]')" raftctl.version/1
}

@test "version takes no arguments" {
  run -2 raftctl version 1
}
