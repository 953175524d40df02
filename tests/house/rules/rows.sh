#!/bin/bash
# SPDX-License-Identifier: MIT
# Every row of the mission (house/rows) has a test that bears its id, or a line in the table "Rows
# answered by design" of tests/README.md, or stands in house/owed until it is built. A test bears an
# id in its title alone: a bats title, a story's opening comment, the name of a test function or the
# comment right above it. "Counter-example A1" is no row but a history that broke other libraries.
# shellcheck source=tests/house/common.bash
source "$(dirname "$0")/../common.bash"

# Lines "ID file:line", one for each id that the title of a test bears.
list_titles() {
  list_sources '\.(bats|story|c)' tests | xargs -r awk '
    function note(text) {
      gsub(/[Cc]ounter-examples? A[1-4]( and A[1-4])*/, "", text)
      while (match(text, /(^|[^A-Za-z0-9])[A-J][0-9][0-9]?($|[^A-Za-z0-9])/)) {
        id = substr(text, RSTART, RLENGTH)
        gsub(/[^A-J0-9]/, "", id)
        print id, FILENAME ":" FNR
        text = substr(text, RSTART + RLENGTH - 1)
      }
    }
    FNR == 1 { opening = 1; above = ""; comment = 0 }
    FILENAME ~ /\.bats$/ { if (/^@test /) note($0); next }
    FILENAME ~ /\.story$/ { if (!/^#/) opening = 0; if (opening) note($0); next }
    /^\/\*/ { above = ""; comment = 1 }
    comment { above = above " " $0; if (/\*\//) comment = 0; next }
    /^static void [A-Za-z0-9_]+\(void \*\*state\)/ {
      name = toupper($3)
      sub(/\(.*/, "", name)
      gsub(/_/, " ", name)
      gsub(/ /, "  ", name)
      note(above)
      note(name)
    }
    { above = "" }'
}

designed=$(sed -n '/^## Rows answered by design/,/^## [^R]/s/^| \([A-J][0-9]*\) |.*/\1 tests\/README.md:1/p' \
  tests/README.md 2>/dev/null || true)
{
  list_titles
  echo "$designed"
} | awk '
  FILENAME != "-" && (/^#/ || !NF) { next }
  FILENAME ~ /rows$/ { title[$1] = substr($0, length($1) + 2); line[$1] = FNR; order[++count] = $1; next }
  FILENAME ~ /owed$/ {
    if (!($1 in title)) print FILENAME ":" FNR ": no such row: " $1
    owed[$1] = FNR
    next
  }
  NF {
    if (!($1 in title)) print $2 ": no such row: " $1
    if ($1 in owed && !($1 in told)) print "tests/house/owed:" owed[$1] ": is there, in " $2 ": " $1
    if ($1 in owed) told[$1] = 1
    found[$1] = 1
  }
  END {
    for (i = 1; i <= count; i++)
      if (!(order[i] in found) && !(order[i] in owed))
        print "tests/house/rows:" line[order[i]] ": no test bears this id: " order[i] ", " title[order[i]]
  }' tests/house/rows tests/house/owed - | conclude
