#!/bin/bash
# SPDX-License-Identifier: MIT
# Every source and script names its licence in one line, and a header opens with prose.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

{
  list_sources '\.[ch]' lib cmd tests | xargs -r awk '
    FNR == 1 && !/^\/\* SPDX-License-Identifier: MIT/ { print FILENAME ":1: no licence line" }
    FNR == 3 && FILENAME ~ /^lib.*\.h$/ && !/^ \* [A-Z]/ { print FILENAME ":3: a header opens with prose: purpose first" }'
  list_sources '' bin .ci tests/house/rules tests/house/can-fail tests/cli tests/tui tests/bench | xargs -r awk '
    FILENAME ~ /\.md$/ { nextfile }
    FNR == 1 { found = /SPDX-License-Identifier: MIT/; script = /^#/ }
    FNR == 2 && script && !found && !/^# SPDX-License-Identifier: MIT/ { print FILENAME ":2: no licence line" }'
} | conclude
