#!/bin/bash
# SPDX-License-Identifier: MIT
# The formatter alone decides how a line looks.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

list_sources '\.[ch]' lib cmd tests | xargs -r clang-format --dry-run 2>&1 |
  grep -E ': (warning|error):' | sed "s|^$PWD/||; s| warning: | |" | conclude
