#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# raftnode without a supervisor: its options, its readiness line, its exit codes, its end.

bats_load_library bats-support
bats_load_library bats-assert

setup() {
  local raftctl=${RAFTCTL_BIN:-$BATS_TEST_DIRNAME/../../build/bin/raftctl}
  RAFTNODE=${raftctl%/*}/raftnode
  DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/raftnode.XXXXXX")
  PIDS=()
}

teardown() {
  local pid
  for pid in "${PIDS[@]}"; do
    kill -KILL "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
  rm -rf "$DIR"
}

# write_spec FILE CLUSTER PORT [APP]: a cluster of one.
write_spec() {
  cat > "$1" << JSON
{"schema":"raftctl.cluster/1","name":"alone","cluster":"$2","seed":"0000000000000001",
 "app":"${4:-kv}","timing":"fast","election_timeout_ms":150,"heartbeat_ms":15,"restart":"no",
 "next_id":2,"nodes":[{"id":1,"slot":0,"host":"127.0.0.1","port":$3}]}
JSON
}

# launch OPTION...: starts a node in the background; READY is its line, PID its process.
launch() {
  rm -f "$DIR/ready"
  mkfifo "$DIR/ready"
  "$RAFTNODE" --ready-fd 7 "$@" 7> "$DIR/ready" > "$DIR/log" 2>&1 3>&- &
  PID=$!
  PIDS+=("$PID")
  read -r READY < "$DIR/ready" || READY=
}

# serve OPTION...: a node of a new spec on a port that is free; ports are drawn until one is.
serve() {
  local tries=20
  READY=
  until [[ $READY == ok ]]; do
    if ((--tries == 0)); then
      cat "$DIR/log" >&2
      return 1
    fi
    PORT=$((20000 + RANDOM % 40000))
    write_spec "$DIR/spec" 00000000000000aa "$PORT"
    launch --spec "$DIR/spec" --id 1 --data "$DIR/n1" "$@"
  done
}

# Returns when the first entry of a new cluster is durable; a dump may be read beside the node.
await_entry() {
  until [[ $("$RAFTNODE" --dump "$DIR/n1" 2> /dev/null) == *noop* ]]; do
    kill -0 "$PID"
  done
}

# end SIGNAL: sends it and puts the exit code into CODE.
end() {
  kill "-$1" "$PID"
  CODE=0
  wait "$PID" || CODE=$?
}

@test "help lists every option and wrong usage exits 64 with a sentence" {
  run "$RAFTNODE" --help
  assert_success
  local option
  for option in --spec --id --data --table --socket --incarnation --ready-fd --udp-fd --fresh --dump; do
    assert_output --partial "  $option"
  done
  run "$RAFTNODE" --version
  assert_success
  assert_output --regexp '^raftnode [0-9.]+$'
  run "$RAFTNODE"
  assert_failure 64
  assert_output "raftnode: --spec is missing (see --help)"
  run "$RAFTNODE" --speck x
  assert_failure 64
  assert_output "raftnode: there is no option --speck (see --help)"
  run "$RAFTNODE" --id
  assert_failure 64
  assert_output "raftnode: --id wants ID"
  local id
  for id in 0 -1 x 1x 4294967296 " 1" ""; do
    run "$RAFTNODE" --id "$id"
    assert_failure 64
    assert_output "raftnode: --id: \"$id\" is not a valid ID"
  done
}

# Each start of a lone node appends one entry.
@test "with --snapshot-every the log begins behind its snapshot" {
  serve --snapshot-every 1 --snapshot-keep 1
  await_entry
  for start in 2 3; do
    end TERM
    launch --spec "$DIR/spec" --id 1 --data "$DIR/n1" --snapshot-every 1 --snapshot-keep 1
    assert_equal "$READY" ok
    until [[ $("$RAFTNODE" --dump "$DIR/n1" 2> /dev/null) =~ ^\ *$start\ [^$'\n']*$ ]]; do
      kill -0 "$PID"
    done
  done
}

@test "the manual page has every option of the help and every exit code" {
  local page=$BATS_TEST_DIRNAME/../../man/raftnode.8 option code
  for option in $("$RAFTNODE" --help | grep -o '^  --[a-z-]*'); do
    run grep -F -- "${option//-/\\-}" "$page"
    assert_success
  done
  for code in 0 64 65 70 74 75; do
    run grep -x "\.B $code" "$page"
    assert_success
  done
}

@test "a spec that is missing, broken or without this node exits 64" {
  run "$RAFTNODE" --spec "$DIR/none" --id 1 --data "$DIR/n1"
  assert_failure 64
  assert_output --partial "$DIR/none"
  echo '{"schema":' > "$DIR/spec"
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n1"
  assert_failure 64
  write_spec "$DIR/spec" 00000000000000aa 29999
  run "$RAFTNODE" --spec "$DIR/spec" --id 2 --data "$DIR/n2"
  assert_failure 64
  assert_output "raftnode: cluster alone has no node n2"
  [[ ! -e $DIR/n2 ]]
}

@test "the reason of a failed start goes to the ready descriptor too" {
  write_spec "$DIR/spec" 00000000000000aa 29999
  launch --spec "$DIR/spec" --id 2 --data "$DIR/n2"
  assert_equal "$READY" "error cluster alone has no node n2"
  run wait "$PID"
  launch --spec "$DIR/spec" --id 1 --data "$DIR/not/there"
  assert_regex "$READY" "^error .*$DIR/not/there"
  launch --spec "$DIR/spec" --id 1 --data "$DIR/n1" --table "$DIR/no-table"
  assert_regex "$READY" "^error .*$DIR/no-table"
  head -c 5000 /dev/zero > "$DIR/torn-table"
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n1" --table "$DIR/torn-table"
  assert_failure 65
}

@test "it serves when it says ok, and SIGTERM, SIGINT and SIGHUP end it with 0" {
  local signal
  for signal in TERM INT HUP; do
    serve --socket "$DIR/sock"
    [[ -S $DIR/sock ]]
    end "$signal"
    assert_equal "$CODE" 0
    [[ ! -e $DIR/sock ]]
  done
}

@test "a data directory of another cluster exits 65 and is left as it was" {
  serve --fresh
  await_entry
  end TERM
  write_spec "$DIR/other" 00000000000000bb "$PORT"
  run "$RAFTNODE" --spec "$DIR/other" --id 1 --data "$DIR/n1"
  assert_failure 65
  assert_output --partial "belongs to node n1 of cluster 00000000000000aa"
  run "$RAFTNODE" --dump "$DIR/n1"
  assert_success
  assert_output --partial noop
}

@test "a data directory or a port in use exits 75" {
  serve
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n1"
  assert_failure 75
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n2"
  assert_failure 75
  assert_output --partial "$PORT"
}

@test "a --udp-fd that is not its socket exits 64" {
  write_spec "$DIR/spec" 00000000000000aa 20000
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n1" --udp-fd 8 8< /dev/null
  assert_failure 64
  assert_output --partial "descriptor 8 is no UDP socket bound to this node's endpoint"
}

@test "killed with -9 it goes on where it was" {
  serve --fresh --socket "$DIR/sock"
  await_entry
  end KILL
  assert_equal "$CODE" 137
  launch --spec "$DIR/spec" --id 1 --data "$DIR/n1" --socket "$DIR/sock"
  assert_equal "$READY" ok
  end TERM
  assert_equal "$CODE" 0
  run "$RAFTNODE" --dump "$DIR/n1" --json
  assert_success
  assert_line --index 0 --partial '"index":1,"term":1,"type":"noop"'
}

@test "dump counts from the end, and says what it cannot read" {
  serve --fresh
  await_entry
  end TERM
  run "$RAFTNODE" --dump "$DIR/n1" --first -1 --json
  assert_success
  assert_equal "${#lines[@]}" 1
  run "$RAFTNODE" --dump "$DIR/n1" --first 999
  assert_success
  assert_output ""
  run "$RAFTNODE" --dump "$DIR/nothing"
  assert_failure 64
  assert_output --partial "$DIR/nothing"
  run "$RAFTNODE" --dump "$DIR/n1" --first x
  assert_failure 64
}

@test "it keeps no descriptor of its parent open" {
  exec 8> "$DIR/held"
  serve
  exec 8>&-
  run ls -l "/proc/$PID/fd"
  refute_output --partial "$DIR/held"
  end TERM
}

@test "an unknown app exits 64" {
  write_spec "$DIR/spec" 00000000000000aa 29999 abacus
  run "$RAFTNODE" --spec "$DIR/spec" --id 1 --data "$DIR/n1"
  assert_failure 64
  assert_output --partial abacus
}

@test "datagrams of no sense and a vanished directory do not end it" {
  serve --socket "$DIR/sock"
  local i
  for i in {1..50}; do
    head -c $((i * 37)) /dev/urandom > "/dev/udp/127.0.0.1/$PORT"
    : > "/dev/udp/127.0.0.1/$PORT"
  done
  rm -f "$DIR/sock"
  end TERM
  assert_equal "$CODE" 0
  run cat "$DIR/log" # It led a cluster of its own and complained of nothing.
  refute_line --regexp 'raftnode:|ERROR|dropped'
  refute_line --regexp '^[^0-9]'
}

@test "H1 an HTTP port that is taken is named, and the exit status is 75" {
  local port
  coproc HOLDER { exec python3 -c '
import socket, sys
held = socket.socket()
held.bind(("127.0.0.1", 0))
held.listen()
print(held.getsockname()[1], flush=True)
sys.stdin.read()'; }
  PIDS+=("$HOLDER_PID")
  read -r port <&"${HOLDER[0]}"
  until [[ ${READY-} == "error http:"* ]]; do # the UDP port may be taken too
    write_spec "$DIR/spec" 00000000000000aa $((20000 + RANDOM % 40000))
    sed -i "s/\"slot\":0/&,\"http_host\":\"127.0.0.1\",\"http_port\":$port/" "$DIR/spec"
    launch --spec "$DIR/spec" --id 1 --data "$DIR/n1"
  done
  assert_equal "$READY" "error http: cannot listen on 127.0.0.1 port $port: Address already in use"
  local code=0
  wait "$PID" || code=$?
  assert_equal "$code" 75
}
