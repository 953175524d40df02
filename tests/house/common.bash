# SPDX-License-Identifier: MIT
# What every rule of the house shares. A rule is called as: rules/NAME.sh ROOT BUILD, prints one
# "file:line: what is wrong" per violation and ends with status 1 if it printed any.
set -eu
root=$1
build=$2
export LC_ALL=C
cd "$root"

# list_sources PATTERN DIR...: files below the folders, without the fixtures of this very house.
list_sources() {
  local pattern=$1 dir dirs=()
  shift
  for dir in "$@"; do
    [[ ! -d $dir ]] || dirs+=("$dir")
  done
  [[ ${#dirs[@]} -gt 0 ]] || return 0
  find "${dirs[@]}" -path tests/house/bad -prune -o -type f -regextype posix-extended \
    -regex ".*($pattern)" -print | sort
}

# Reads violations, prints them, and turns "any" into status 1.
conclude() {
  local violations
  violations=$(cat)
  [[ -n $violations ]] || exit 0
  echo "$violations"
  exit 1
}
