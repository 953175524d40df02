#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
@test "waits" {
  sleep 1
}
