/* SPDX-License-Identifier: MIT */
#include "command_options.h"

#define END                                                                                        \
    {                                                                                              \
        .kind = OPTION_END                                                                         \
    }
#define TIMEOUT_ROW(what)                                                                          \
    {                                                                                              \
        .kind = OPTION_SECONDS, .letter = 't', .name = "timeout", .metavar = "T", .help = what,    \
        .env = "RAFTCTL_TIMEOUT"                                                                   \
    }
#define GRACE_ROW                                                                                  \
    {                                                                                              \
        .kind = OPTION_SECONDS, .letter = 't', .name = "timeout", .metavar = "T",                  \
        .help = "grace between SIGTERM and SIGKILL (10)"                                           \
    }
#define YES_ROW                                                                                    \
    {                                                                                              \
        .kind = OPTION_FLAG, .letter = 'y', .name = "yes", .help = "do not ask"                    \
    }
#define AFTER_ROW                                                                                  \
    {                                                                                              \
        .kind = OPTION_COUNT, .name = "after", .metavar = "SEQ",                                   \
        .help = "count events after this number (printed by every changing command)"               \
    }
#define AT_ROW                                                                                     \
    {                                                                                              \
        .kind = OPTION_TEXT, .name = "at", .metavar = "NODE",                                      \
        .help = "ask this node and no other", .completes = "nodes"                                 \
    }
#define VIA_ROW                                                                                    \
    {                                                                                              \
        .kind = OPTION_TEXT, .name = "via", .metavar = "NODE",                                     \
        .help = "ask this node first; one that does not lead says who does", .completes = "nodes"  \
    }

const struct option_row global_options[] = {
    {.kind = OPTION_TEXT,
     .letter = 'c',
     .name = "cluster",
     .metavar = "NAME",
     .help = "the cluster (else that of ./raftctl.yaml, else the one chosen by use, else default)",
     .completes = "clusters",
     .env = "RAFTCTL_CLUSTER"},
    {.kind = OPTION_FLAG, .name = "json", .help = "answer in JSON"},
    {.kind = OPTION_FLAG,
     .letter = 'q',
     .name = "quiet",
     .help = "only the answer; of a change only its seq"},
    {.kind = OPTION_FLAG, .letter = 'v', .name = "verbose", .help = "say more"},
    {.kind = OPTION_TEXT,
     .name = "color",
     .metavar = "WHEN",
     .help = "auto, always or never",
     .env = "RAFTCTL_COLOR",
     .choices = "auto|always|never"},
    {.kind = OPTION_FLAG, .letter = 'h', .name = "help", .help = "help on the command"},
    END,
};

#define FILE_ROW(text)                                                                             \
    {                                                                                              \
        .kind = OPTION_TEXT, .letter = 'f', .name = "file", .metavar = "FILE", .help = text,       \
        .completes = "files"                                                                       \
    }

const struct option_row config_options[] = {
    FILE_ROW("the file (./raftctl.yaml)"),
    END,
};

const struct option_row up_options[] = {
    FILE_ROW("the cluster as FILE describes it (./raftctl.yaml, if there is one and no N)"),
    {.kind = OPTION_FLAG,
     .letter = 'd',
     .name = "detach",
     .help = "do not open the dashboard afterwards"},
    {.kind = OPTION_TEXT,
     .name = "app",
     .metavar = "NAME",
     .help = "the replicated application: kv (the default), bank or queue",
     .env = "RAFTCTL_APP",
     .completes = "apps"},
    {.kind = OPTION_TEXT,
     .name = "timing",
     .metavar = "NAME",
     .help = "fast (150/15 ms), lan (500/50 ms, the default) or wan (2000/200 ms)",
     .env = "RAFTCTL_TIMING",
     .choices = "fast|lan|wan"},
    {.kind = OPTION_FLAG, .name = "fresh", .help = "throw the stored data away and begin anew"},
    {.kind = OPTION_COUNT,
     .name = "base-port",
     .metavar = "P",
     .help = "node n1 gets port P (UDP and HTTP), n2 P+1, ..; else free ports are chosen once",
     .env = "RAFTCTL_BASE_PORT",
     .min = 1,
     .max = 65535},
    {.kind = OPTION_COUNT,
     .name = "seed",
     .metavar = "S",
     .help = "seed of every random choice",
     .env = "RAFTCTL_SEED"},
    {.kind = OPTION_TEXT,
     .name = "restart",
     .metavar = "WHEN",
     .help = "crash: bring a node back that died unasked; never: leave it (the default)",
     .env = "RAFTCTL_RESTART",
     .choices = "crash|never"},
    {.kind = OPTION_COUNT,
     .name = "snapshot-every",
     .metavar = "N",
     .help = "a node takes a snapshot after so many entries (8192)",
     .min = 1,
     .max = RAFT_SPEC_SNAPSHOT_MAX},
    {.kind = OPTION_FLAG,
     .name = "lease-reads",
     .help = "answer reads by lease, without a round: right while clocks can be trusted"},
    TIMEOUT_ROW("how long to wait for a leader (30)"),
    YES_ROW,
    END,
};

const struct option_row down_options[] = {
    {.kind = OPTION_FLAG, .name = "wipe", .help = "remove the data too"},
    {.kind = OPTION_FLAG, .name = "all", .help = "every cluster"},
    GRACE_ROW,
    YES_ROW,
    END,
};

const struct option_row status_options[] = {
    {.kind = OPTION_FLAG, .letter = 'w', .name = "watch", .help = "print again at each change"},
    {.kind = OPTION_TEXT,
     .letter = 'o',
     .name = "output",
     .metavar = "FORMAT",
     .help = "wide, json, or fields: id,state,term,.. one line a node",
     .completes = "fields"},
    END,
};

const struct option_row top_options[] = {
    {.kind = OPTION_FLAG, .name = "readonly", .help = "keys that change something do nothing"},
    {.kind = OPTION_COUNT,
     .letter = 'n',
     .name = "frames",
     .metavar = "FRAMES",
     .help = "leave after so many frames",
     .max = 1000000000},
    {.kind = OPTION_COUNT,
     .letter = 'd',
     .name = "delay",
     .metavar = "TENTHS",
     .help = "tenths of a second between frames when nothing happens",
     .max = 6000},
    {.kind = OPTION_FLAG, .letter = 'C', .name = "no-color", .help = "no colour"},
    {.kind = OPTION_FLAG, .letter = 'U', .name = "ascii", .help = "ASCII only"},
    END,
};

const struct option_row events_options[] = {
    {.kind = OPTION_FLAG, .letter = 'f', .name = "follow", .help = "go on as events happen"},
    {.kind = OPTION_COUNT,
     .name = "since",
     .metavar = "SEQ",
     .help = "only events with this number or a later one"},
    {.kind = OPTION_TEXT,
     .name = "type",
     .metavar = "T",
     .help = "only these types, joined by commas: role, leader, process, fault, command, ..",
     .completes = "event-types"},
    END,
};

const struct option_row logs_options[] = {
    {.kind = OPTION_FLAG, .letter = 'f', .name = "follow", .help = "go on as lines are written"},
    {.kind = OPTION_COUNT,
     .letter = 'n',
     .name = "lines",
     .metavar = "N",
     .help = "only the last N lines of each node",
     .max = 1000000000},
    END,
};

const struct option_row log_options[] = {
    {.kind = OPTION_TEXT,
     .name = "diff",
     .metavar = "NODE2",
     .help = "show where the two logs part",
     .completes = "nodes"},
    END,
};

const struct option_row wait_options[] = {
    TIMEOUT_ROW("give up after this long, exit 124 (30)"),
    AFTER_ROW,
    {.kind = OPTION_MILLIS,
     .name = "hold",
     .metavar = "MS",
     .help = "it must stay true this long; for stable: the leader unchanged this long"},
    {.kind = OPTION_TEXT,
     .name = "or-fail",
     .metavar = "COND",
     .help = "exit 1 as soon as this becomes true",
     .completes = "conditions"},
    END,
};

const struct option_row assert_options[] = {
    AFTER_ROW,
    {.kind = OPTION_MILLIS,
     .name = "hold",
     .metavar = "MS",
     .help = "for stable: the leader unchanged this long"},
    END,
};

const struct option_row change_options[] = {
    TIMEOUT_ROW("give up waiting for the change to be seen (30)"),
    END,
};

const struct option_row member_options[] = {
    {.kind = OPTION_FLAG, .name = "learner", .help = "add: it gets the log and never votes"},
    {.kind = OPTION_FLAG, .name = "wipe", .help = "remove, replace: throw its data away too"},
    {.kind = OPTION_FLAG,
     .name = "force",
     .help = "even if too few voters are up for a quorum afterwards"},
    TIMEOUT_ROW("give up waiting for the change to be committed (60)"),
    YES_ROW,
    END,
};

const struct option_row snapshot_options[] = {
    {.kind = OPTION_COUNT,
     .name = "keep",
     .metavar = "N",
     .help = "entries before it that stay in the log (1024)",
     .max = UINT32_MAX - 1},
    TIMEOUT_ROW("give up waiting until it is stored (30)"),
    END,
};

const struct option_row stop_options[] = {
    GRACE_ROW,
    END,
};

const struct option_row kill_options[] = {
    {.kind = OPTION_TEXT,
     .letter = 's',
     .name = "signal",
     .metavar = "SIG",
     .help = "another signal than KILL: TERM, 15, ..",
     .completes = "signals"},
    TIMEOUT_ROW("give up waiting for the exit to be seen (30)"),
    END,
};

const struct option_row partition_options[] = {
    {.kind = OPTION_FLAG, .name = "add", .help = "stack it on the present ones"},
    {.kind = OPTION_SECONDS,
     .name = "for",
     .metavar = "T",
     .help = "it ends by itself after this long (500ms, 30s; not 0)"},
    {.kind = OPTION_COUNT,
     .name = "seed",
     .metavar = "S",
     .help = "seed of the shuffle",
     .env = "RAFTCTL_SEED"},
    END,
};

const struct option_row link_options[] = {
    {.kind = OPTION_SECONDS,
     .name = "for",
     .metavar = "T",
     .help = "it ends by itself after this long (500ms, 30s; not 0)"},
    END,
};

const struct option_row heal_options[] = {
    {.kind = OPTION_FLAG, .name = "all", .help = "every fault (the default)"},
    END,
};

const struct option_row get_options[] = {
    TIMEOUT_ROW("how long to wait for the answer (30)"),
    AT_ROW,
    VIA_ROW,
    {.kind = OPTION_FLAG,
     .name = "stale",
     .help = "what the node has itself, however old; with --at it needs no leader"},
    END,
};

const struct option_row client_options[] = {
    TIMEOUT_ROW("how long to wait for the answer (30)"),
    AT_ROW,
    VIA_ROW,
    END,
};

const struct option_row run_options[] = {
    TIMEOUT_ROW("time limit of each command that says none itself"),
    END,
};
