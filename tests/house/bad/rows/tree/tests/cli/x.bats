#!/usr/bin/env bats
@test "B2 works" {
  run echo B3
}
