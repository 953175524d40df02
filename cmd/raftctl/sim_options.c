/* SPDX-License-Identifier: MIT
 *
 * What sim takes and says about itself; the names of the faults come from their own table.
 */
#include "cmd_sim.h"
#include "sim/sim.h"

#define X(name, text, what) "\n  " text ": " what
#define SIM_FAULTS          RAFT_SIM_FAULTS(X)

const struct option_row sim_options[] = {
    {.kind = OPTION_COUNT,
     .name = "seed",
     .metavar = "S",
     .help = "the one seed to run (else one is drawn and printed)",
     .env = "RAFTCTL_SEED"},
    {.kind = OPTION_TEXT, .name = "seeds", .metavar = "A..B", .help = "all of these seeds"},
    {.kind = OPTION_COUNT,
     .name = "nodes",
     .metavar = "N",
     .help = "so many nodes (5)",
     .min = 1,
     .max = 16},
    {.kind = OPTION_SECONDS,
     .name = "time",
     .metavar = "T",
     .help = "virtual time of one seed (60), 10 or more"},
    {.kind = OPTION_TEXT,
     .name = "faults",
     .metavar = "LIST",
     .help = "what may go wrong: all (the default), none, names, -name leaves one out"},
    {.kind = OPTION_FLAG, .name = "churn", .help = "members change in every seed"},
    {.kind = OPTION_TEXT,
     .name = "without",
     .metavar = "LIST",
     .help = "checkers that do not look: what does a broken rule lead to?"},
    {.kind = OPTION_TEXT,
     .name = "choices",
     .metavar = "FILE",
     .help = "where the choice log goes (sim-S.choices, only of a failing run)"},
    {.kind = OPTION_TEXT, .name = "replay", .metavar = "FILE", .help = "run a choice log again"},
    {.kind = OPTION_TEXT,
     .name = "minimise",
     .metavar = "FILE",
     .help = "make a failing run smaller: its choice log into FILE, its story into FILE.txt"},
    {.kind = OPTION_TEXT,
     .name = "story",
     .metavar = "FILE",
     .help = "play a story, see raftctl-story(7), and print it with its trace"},
    {.kind = OPTION_FLAG, .name = "trace", .help = "print what happens, line by line"},
    {.kind = OPTION_END},
};

const char sim_details[] =
    "Everything that a seed may bring is judged by checkers; two thirds of the time\n"
    "anything goes wrong, then a quorum and at last all nodes are healed and must do\n"
    "their work. Exit codes: 10 unsafe, 12 not live, 13 the code crashed.\n"
    "faults:" SIM_FAULTS "\n"
    "checkers (--without takes them joined by commas):\n"
    "  election-safety one-vote leader-append-only log-matching leader-completeness\n"
    "  state-machine-safety monotone durable-promises commitment configuration-safety\n"
    "  progress thrift exactly-once linearizability liveness catch-up";
