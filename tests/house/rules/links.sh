#!/bin/bash
# SPDX-License-Identifier: MIT
# A relative link in a document leads somewhere.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

{ ls ./*.md && list_sources '\.md' lib tests clusters; } 2>/dev/null | sed 's|^\./||' | while read -r page; do
  grep -noE '\]\([^)#:]+\)' "$page" | while IFS=: read -r line link; do
    link=${link#](}
    link=${link%)}
    [[ -e ${page%"${page##*/}"}$link ]] || echo "$page:$line: leads nowhere: $link"
  done
done | conclude
