#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Cluster files: what is wrong with them, up -f, ./raftctl.yaml; config.bats reads them alone.
load cli.bash

setup() { cluster_home; }
teardown() { cluster_down; }

# A file in the home: file NAME TEXT
file() { printf '%s\n' "${@:2}" > "$RAFTCTL_HOME/$1"; }

@test "A7 what is wrong with a file is said with line and field, and nothing is made" {
  file c.yaml 'name: demo' 'nodes:' '  - {}' '  - {}' '  - port: 85x'
  for command in "config" "up"; do
    run -2 raftctl "$command" -f "$RAFTCTL_HOME/c.yaml"
    assert_output "raftctl: $command: $RAFTCTL_HOME/c.yaml:5: nodes[2].port: expected a port 1..65535, got \"85x\""
  done
  file c.yaml 'nodes: [{port: 9101}, {port: 9101}]'
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml:1: nodes[1].port: 127.0.0.1:9101 is taken: nodes[0].port has it already (line 1)"
  file c.yaml 'name: null'
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "got null"
  file c.yaml 'nods: 3'
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml:1: nods: unknown field; did you mean nodes?"
  refute [ -e "$RAFTCTL_HOME/data" ]
}

@test "up of what is no file at all says what it is" {
  run -2 raftctl up -f "$RAFTCTL_HOME/nosuch.yaml"
  assert_output "raftctl: up: $RAFTCTL_HOME/nosuch.yaml: cannot read it: No such file or directory"
  run -2 raftctl up -f "$RAFTCTL_HOME"
  assert_output "raftctl: up: $RAFTCTL_HOME: it is a directory; name a file in it"
  : > "$RAFTCTL_HOME/c.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output "raftctl: up: $RAFTCTL_HOME/c.yaml: it is empty"
  truncate -s 100M "$RAFTCTL_HOME/c.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml: it is larger than 256 KiB"
  run -2 raftctl up -f /dev/zero
  assert_output --partial "/dev/zero: it is larger than 256 KiB"
  mkfifo "$RAFTCTL_HOME/pipe.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/pipe.yaml"
  assert_output "raftctl: up: $RAFTCTL_HOME/pipe.yaml: it is a pipe to which nobody writes"
  printf '\xff\xfen\0' > "$RAFTCTL_HOME/c.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output "raftctl: up: $RAFTCTL_HOME/c.yaml:1: it is written in UTF-16; save it as UTF-8"
  head -c 4096 "$RAFTCTL_BIN" > "$RAFTCTL_HOME/c.yaml"
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml:"
  cp "$RAFTCTL_HOME/c.yaml" "$RAFTCTL_HOME/c.json"
  run -2 raftctl up -f "$RAFTCTL_HOME/c.json"
  assert_output --partial "c.json:"
  refute [ -e "$RAFTCTL_HOME/data" ]
}

@test "up -f makes what the file says, resumes it, and means it from then on" {
  file c.yaml 'name: demo' 'app: bank' 'timing: fast' 'nodes:' '  - {id: n2}' '  - {id: n4, http: none}' \
    '  - {id: n7}'
  run -0 --separate-stderr raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  assert_equal "$stderr" "demo is the current cluster now (it was default; raftctl use default goes back)"
  run -0 raftctl status -o id
  assert_output "n2
n4
n7"
  assert_equal "$(raftctl status n4 -o http)" -
  assert_equal "$(raftctl status n2 -o http)" "$(raftctl status n2 -o udp)"
  assert_equal "$(raftctl status --json | json '["nodes"][1]["http"]')" None
  raftctl member add
  run -0 raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "runs already"
  raftctl down
  run -0 raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  run -0 raftctl status -o id
  assert_line n8
  # What is no more is not meant any longer.
  raftctl down --wipe --yes
  run -4 raftctl status
  assert_output --partial "no cluster default"
}

@test "A7 a node's name from the file is a word for it wherever n1 is" {
  file c.yaml 'timing: fast' 'nodes: [{name: alpha}, {name: beta}, {}]'
  run -0 raftctl config -f "$RAFTCTL_HOME/c.yaml"
  assert_line --index 1 --regexp '^ID +NAME +UDP'
  assert_line --index 2 --regexp '^n1 +alpha +a free port'
  raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  run -0 raftctl status
  assert_line --index 1 --regexp '^ID +NAME +PROCESS'
  assert_line --index 3 --regexp '^n2 +beta +up'
  assert_line --index 4 --regexp '^n3 +- +up'
  run -0 raftctl status -o id,name
  assert_line --index 0 "n1	alpha"
  assert_equal "$(raftctl status --json | json '["nodes"][1]["name"], value["nodes"][2]["name"]')" "('beta', None)"
  assert_equal "$(raftctl inspect alpha --json | json '["id"], value["name"]')" "('n1', 'alpha')"
  assert_equal "$(raftctl status '!alpha,!beta' -o id)" n3
  run -0 raftctl member ls
  assert_line --index 1 --regexp '^ID +NAME +MEMBER'
  assert_line --index 3 --regexp '^n2 +beta +voter'
  assert_line --index 4 --regexp '^n3 +- +voter'
  assert_equal "$(raftctl member ls --json | json '["members"][0]["name"], value["members"][2]["name"]')" "('alpha', None)"
  run -0 raftctl names nodes
  assert_line alpha
  if [[ $(leader) == n2 ]]; then raftctl transfer alpha > /dev/null; fi
  raftctl transfer beta > /dev/null
  wait_for leader=beta "state alpha=follower"
  raftctl partition cut alpha-beta > /dev/null
  run -0 raftctl faults
  assert_output --partial "n1-n2"
  raftctl heal beta > /dev/null
  must_put colour blue
  wait_for converged
  assert_equal "$(raftctl get colour --at alpha)" blue
  raftctl kill alpha > /dev/null
  wait_for down alpha
  # What is nobody's name is said, not waited for.
  run -2 raftctl kill gamma
  assert_output --partial '"gamma" is not a target'
  run -2 raftctl wait up gamma
  assert_output --partial 'not a node: gamma'
  run -2 raftctl assert leader=gamma
  assert_output --partial 'not a node: gamma'
  # It stays with the cluster, and a node that comes later has none.
  raftctl down
  raftctl up -d
  raftctl member add > /dev/null
  run -0 raftctl status -o id,name
  assert_output "n1	alpha
n2	beta
n3	-
n4	-"
  file d.yaml 'nodes: [{name: omega}, {}, {}]'
  raftctl member remove n4 > /dev/null
  run -2 raftctl up -d -f "$RAFTCTL_HOME/d.yaml"
  assert_output --partial "has n1 with the name alpha, not the name omega as in"
}

@test "A7 a node's name is once in a file and no word that means something else" {
  file c.yaml 'nodes:' '  - name: alpha' '  - name: alpha'
  run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml:3: nodes[1].name: the name alpha is taken: nodes[0].name has it already (line 2)"
  for name in leader n3 f1 not a-b 3 "''"; do
    file c.yaml "nodes: [{name: $name}]"
    run -2 raftctl up -f "$RAFTCTL_HOME/c.yaml"
    assert_output --partial "c.yaml:1: nodes[0].name: expected a name of 1 to 15 letters, digits or '_' that begins with a letter"
  done
}

@test "up -f of another file than the stored one says what differs and the ways out" {
  file c.yaml 'nodes: 1' 'timing: fast'
  raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  file d.yaml 'nodes: 3' 'timing: fast'
  run -2 raftctl up -d -f "$RAFTCTL_HOME/d.yaml"
  assert_output "raftctl: up: cluster default has 1 node, not 3 as in $RAFTCTL_HOME/d.yaml (raftctl -c default up takes it as it is; down, then up --fresh begins anew; -c OTHER makes another cluster)"
  file d.yaml 'nodes: 1' 'election_timeout_ms: 200'
  run -2 raftctl up -d -f "$RAFTCTL_HOME/d.yaml"
  assert_output --partial "has timing fast, not timing 200/20 ms as in"
  file d.yaml 'nodes: [{start: {term: 5}}]'
  run -2 raftctl up -d -f "$RAFTCTL_HOME/d.yaml"
  assert_output --partial "has other start states as in"
  # What a file leaves open differs from nothing.
  file d.yaml 'restart: never'
  raftctl up -d -f "$RAFTCTL_HOME/d.yaml"
  raftctl down
  raftctl up -d --fresh --yes -f "$RAFTCTL_HOME/d.yaml" --timing fast
  assert_equal "$(raftctl status --json | json '["voters"]')" 3
}

@test "up prefers what is typed over the environment, that over ./raftctl.yaml" {
  cd "$RAFTCTL_HOME"
  file raftctl.yaml 'name: here' 'nodes: 2' 'timing: wan' 'app: queue'
  RAFTCTL_TIMING=fast RAFTCTL_APP=kv run -0 raftctl up -d --app bank
  run -0 raftctl status --json
  assert_equal "$(json '["cluster"], value["voters"]' <<< "$output")" "('here', 2)"
  run -0 cat "$RAFTCTL_HOME/data/here/cluster.json"
  assert_output --partial '"app": "bank"'
  assert_output --partial '"timing": "fast"'
  # In this folder every command means that cluster; elsewhere it does not.
  raftctl -c other up 1 -d
  run -0 raftctl -c other status -o id
  assert_output n1
  run -0 raftctl status -o id
  assert_output "n1
n2"
  cd /
  run -4 raftctl status
  cd "$RAFTCTL_HOME"
  run -2 raftctl up 3 -d
  assert_output --partial "cluster here has 2 nodes, not 3"
  file raftctl.yaml 'name: [1]'
  run -2 raftctl status
  assert_output --partial "status: raftctl.yaml:1: name: expected a name"
  run -0 raftctl -c here status -o id
  assert_line n2
  cd /
}

@test "up -f refuses a number or an app that the file contradicts" {
  file c.yaml 'app: queue' 'nodes:' '  - start: {log: [{term: 1, command: create x}]}' '  - {}'
  run -2 raftctl up 3 -d -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "the file lists 2 nodes; leave the number 3 out"
  run -2 raftctl up -d --app kv -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "the file begins with a log of the app queue, not of kv"
  run -4 raftctl status
}

@test "up -f reads the standard input and the course's config.json" {
  run -0 raftctl up -d -f - <<< '{"nodes": 1, "timing": "fast"}'
  raftctl down --wipe --yes
  file config.json '{"addresses": [{"ip": "localhost", "port": 21513, "internal_port": 21514, "colour": 1}]}'
  run -0 --separate-stderr raftctl up -d -f "$RAFTCTL_HOME/config.json"
  assert_equal "$stderr" "$RAFTCTL_HOME/config.json:1: addresses[0].colour: unknown field, ignored"
  assert_equal "$(raftctl status -o udp,http)" "127.0.0.1:21514	127.0.0.1:21513"
  run -0 cat "$RAFTCTL_HOME/data/default/cluster.json"
  assert_output --partial '"pre_vote": false'
  assert_output --partial '"app": "queue"'
}

@test "up names a port of the file that is taken, and makes nothing" {
  file c.yaml 'nodes: [{port: 21521}]'
  raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  run -1 raftctl -c other up -d -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "n1: "
  assert_output --partial "21521"
  assert_output --partial "choose another port, or leave it out to get free ones"
  run -4 raftctl -c other status
}

@test "up -f keeps the start states with the data for the nodes' first start" {
  file c.yaml 'nodes:' '  - start: {term: 5, log: [1, 1, {term: 4, command: put a b}]}' '  - {}' '  - {}'
  raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  run -0 cat "$RAFTCTL_HOME/data/default/start.json"
  assert_equal "$(json '["schema"], value["nodes"][0]["term"], len(value["nodes"])' <<< "$output")" \
    "('raftctl.start/1', 5, 1)"
  raftctl down --wipe --yes
  refute [ -e "$RAFTCTL_HOME/data/default" ]
}

@test "H19 nodes of a cluster with start states wait for a leader as long as any other" {
  file c.yaml 'election_timeout_ms: 120000' 'nodes:' '  - start: {term: 5}' '  - {}' '  - {}'
  run -124 raftctl up -d -t 0.001 -f "$RAFTCTL_HOME/c.yaml" # No leader is to come.
  wait_for "up all"
  for node in n1 n2 n3; do # Nodes of a new cluster campaign within half of it.
    run -0 raftctl inspect "$node" --json
    assert_equal "$(json '["election_in_ms"] > 60000' <<< "$output")" True
  done
}

@test "H19 start states that a killed up left behind are not those of the next cluster" {
  mkdir -p "$RAFTCTL_HOME/data/default"
  echo '{"schema":"raftctl.start/1","nodes":[{"id":1,"role":"follower","term":77,"voted_for":0,"peers":[],"log":[]}]}' \
    > "$RAFTCTL_HOME/data/default/start.json"
  raftctl up 1 -d
  run -0 raftctl logs n1
  refute_output --partial "start state"
  assert_equal "$(raftctl status -o term)" 1
}

@test "H19 a log of more terms than a node takes is refused with its file" {
  file c.yaml 'nodes:' "  - start: {log: [$(seq -s , 1 1000)]}"
  run -0 raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "LEADER"
  raftctl down --wipe --yes
  file c.yaml 'nodes:' "  - start: {log: [$(seq -s , 1 1001)]}"
  run -2 raftctl up -d -f "$RAFTCTL_HOME/c.yaml"
  assert_output --partial "c.yaml:2: nodes[0].start.log[1000]: more than 1000 terms in one log"
}

@test "a stopped node keeps its HTTP port, also over the supervisor's end" {
  cluster_up 1 --timing fast
  http=$(raftctl status -o http)
  refused() {
    run -0 python3 -c '
import socket, sys
host, port = sys.argv[1].rsplit(":", 1)
for probe in ("connect", "bind"):
    try:
        getattr(socket.socket(), probe)((host, int(port)))
        print(probe, "works")
    except OSError as error:
        print(probe, error.errno)' "$http"
    assert_output "connect 111
bind 98"
  }
  raftctl stop n1
  refused
  raftctl start n1
  slay "$(supervisor_pid)"
  raftctl kill n1
  refused
  raftctl start n1
  assert_equal "$(raftctl status -o http)" "$http"
}
