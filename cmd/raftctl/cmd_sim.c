/* SPDX-License-Identifier: MIT
 *
 * sim: the same node code in virtual time. One seed, many, a recorded run again, or a story.
 */
#include "cmd_sim.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/random.h"
#include "sim/minimise.h"
#include "sim_crash.h"
#include "sim_report.h"

/* With less time than TIME_MIN_MS what is healed has too little of it left in the slowest worlds.
 */
enum { NODES_DEFAULT = 5, TIME_DEFAULT_MS = 60 * 1000, TIME_MIN_MS = 10 * 1000 };
enum { SHRINK_RUNS = 5000, PATH_BYTES = 512 };
enum { STORY_BYTES_MAX = 4 * 1024 * 1024 };

/* What a failed assertion has to say, since nothing else can any more. */
static struct crash_note {
    const struct raft_sim_trial *trial;
    const char *path;     /* of the choice log; NULL = none is kept */
    const char *minimise; /* into which file; NULL = not wanted */
} present;

static int read_trial(struct call *call, struct raft_sim_trial *trial);
static int run_one(struct call *call, struct raft_sim_trial *trial);
static int run_seeds(struct call *call, struct raft_sim_trial *trial, const char *range);
static int run_replay(struct call *call, struct raft_sim_trial *trial, const char *path);
static int run_story(struct call *call, const char *path);
static void shrink_failure(struct call *call, const struct raft_sim_trial *trial,
                           struct raft_sim_tape *tape, const struct raft_sim_result *result);
static int shrink(struct call *call, const struct raft_sim_trial *trial, struct raft_sim_tape *tape,
                  const struct raft_sim_result *result);
static bool parse_range(const char *text, uint64_t *first, uint64_t *last);
static int write_tape(struct call *call, const struct raft_sim_tape *tape, const char *path);
static void print_line(void *file, const char *text);
static void note_crash(const char *file, int line, const char *text);

int cmd_sim(struct call *call)
{
    struct raft_sim_trial trial = {.nodes = 0};
    const struct options *options = &call->options;
    const char *story = options_text(options, "story", NULL);
    const char *replay = options_text(options, "replay", NULL);
    const char *seeds = options_text(options, "seeds", NULL);
    if ((story != NULL) + (replay != NULL) + (seeds != NULL) + options_given(options, "seed") > 1)
        return complain(call, EXIT_USAGE, "only one of --seed, --seeds, --replay and --story");
    if (story != NULL && call->json)
        return complain(call, EXIT_USAGE, "a story has no answer in JSON: leave --json out");
    if (story != NULL)
        return run_story(call, story);
    int code = read_trial(call, &trial);
    if (code != EXIT_DONE)
        return code;
    present.trial = &trial;
    present.minimise = options_text(options, "minimise", NULL);
    raft_assert_hook former = raft_assert_set_hook(note_crash);
    if (replay != NULL)
        code = run_replay(call, &trial, replay);
    else if (seeds != NULL)
        code = run_seeds(call, &trial, seeds);
    else
        code = run_one(call, &trial);
    (void)raft_assert_set_hook(former);
    present = (struct crash_note){NULL, NULL, NULL};
    return code;
}

static int read_trial(struct call *call, struct raft_sim_trial *trial)
{
    const struct options *options = &call->options;
    char wrong[64];
    trial->nodes = (uint32_t)options_number(options, "nodes", NODES_DEFAULT);
    trial->time = options_number(options, "time", TIME_DEFAULT_MS) * 1000;
    trial->seed = options_number(options, "seed", 0);
    if (!options_given(options, "seed"))
        trial->seed = raft_random_system() >> 32;
    trial->churn = options_given(options, "churn");
    if (trial->time < TIME_MIN_MS * 1000)
        return complain(call, EXIT_USAGE,
                        "--time: at least 10 s are needed, else nodes that were healed are not "
                        "given the time to do their work again");
    if (!raft_sim_faults_parse(options_text(options, "faults", "all"), &trial->faults, wrong,
                               sizeof wrong))
        return complain(call, EXIT_USAGE, "no fault is called %s (raftctl help sim lists them)",
                        wrong);
    if (!raft_sim_checks_parse(options_text(options, "without", "none"), &trial->without, wrong,
                               sizeof wrong))
        return complain(call, EXIT_USAGE, "no checker is called %s (raftctl help sim lists them)",
                        wrong);
    if (options_given(options, "trace")) {
        trial->topics = 0xff & ~(unsigned)RAFT_SIM_SUBSTATES;
        trial->line = print_line;
        trial->line_context = call->json ? stderr : stdout;
    }
    return EXIT_DONE;
}

static int run_one(struct call *call, struct raft_sim_trial *trial)
{
    char path[PATH_BYTES];
    struct raft_sim_tape tape = {0};
    struct raft_sim_result result;
    (void)snprintf(path, sizeof path, "sim-%" PRIu64 ".choices", trial->seed);
    present.path = options_text(&call->options, "choices", path);
    trial->record = &tape;
    double begin = sim_report_clock();
    raft_sim_trial_run(trial, &result);
    double seconds = sim_report_clock() - begin;
    int code = sim_report_exit(result.verdict);
    bool wanted = code != EXIT_DONE || options_given(&call->options, "choices");
    bool kept = wanted && write_tape(call, &tape, present.path) == EXIT_DONE;
    sim_report_print(call, trial, &result, seconds, kept ? present.path : NULL);
    if (options_given(&call->options, "minimise"))
        shrink_failure(call, trial, &tape, &result);
    raft_sim_tape_finish(&tape);
    return code;
}

/* Every failing seed is told at once; the worst verdict is the exit code. */
static int run_seeds(struct call *call, struct raft_sim_trial *trial, const char *range)
{
    struct sim_sum sum;
    struct raft_sim_result result;
    uint64_t first;
    uint64_t last;
    if (!parse_range(range, &first, &last))
        return complain(call, EXIT_USAGE, "--seeds wants A..B, not %s", range);
    sim_sum_init(&sum);
    double begin = sim_report_clock();
    for (uint64_t i = 0; i <= last - first; i++) {
        trial->seed = first + i;
        double before = sim_report_clock();
        raft_sim_trial_run(trial, &result);
        sim_sum_add(&sum, trial, &result);
        if (!call->json && (call->verbose || result.verdict != RAFT_SIM_HELD))
            sim_report_print(call, trial, &result, sim_report_clock() - before, NULL);
    }
    sum.real_s = sim_report_clock() - begin;
    sim_sum_print(call, &sum, first, last);
    if (sum.unsafe > 0)
        return EXIT_VIOLATED;
    return sum.not_live > 0 ? EXIT_NOT_LIVE : EXIT_DONE;
}

static int run_replay(struct call *call, struct raft_sim_trial *trial, const char *path)
{
    struct raft_sim_tape tape = {0};
    struct raft_sim_result result;
    char message[200] = "";
    FILE *in = fopen(path, "r");
    if (in == NULL)
        return complain(call, exit_of_errno(errno), "cannot read %s: %s", path, strerror(errno));
    bool good = raft_sim_tape_read(&tape, in, message, sizeof message);
    (void)fclose(in); /* It was only read. */
    if (good && !raft_sim_trial_parse(trial, tape.note, message, sizeof message)) {
        raft_sim_tape_finish(&tape);
        return complain(call, EXIT_FALSE, "%s: %s", path, message);
    }
    if (!good) {
        raft_sim_tape_finish(&tape);
        return complain(call, EXIT_FALSE, "%s:%s", path, message);
    }
    struct raft_sim_tape used = {0};
    trial->seed = tape.seed;
    trial->replay = &tape;
    trial->record = present.minimise != NULL ? &used : NULL;
    double begin = sim_report_clock();
    raft_sim_trial_run(trial, &result);
    sim_report_print(call, trial, &result, sim_report_clock() - begin, path);
    if (options_given(&call->options, "minimise"))
        shrink_failure(call, trial, &tape, &result);
    raft_sim_tape_finish(&used);
    raft_sim_tape_finish(&tape);
    return sim_report_exit(result.verdict);
}

static void shrink_failure(struct call *call, const struct raft_sim_trial *trial,
                           struct raft_sim_tape *tape, const struct raft_sim_result *result)
{
    if (result->verdict == RAFT_SIM_HELD)
        say(call, "nothing to minimise: the run held");
    else
        (void)shrink(call, trial, tape, result); /* It complains itself; the verdict counts. */
}

/* Writes the smaller choice log to the file and its trace to FILE.txt. */
static int shrink(struct call *call, const struct raft_sim_trial *trial, struct raft_sim_tape *tape,
                  const struct raft_sim_result *result)
{
    struct raft_sim_minimise minimise = {.trial = *trial, .runs_max = SHRINK_RUNS};
    struct raft_sim_trial told = *trial;
    struct raft_sim_result again;
    char path[PATH_BYTES];
    const char *target = options_text(&call->options, "minimise", NULL);
    (void)snprintf(minimise.checker, sizeof minimise.checker, "%s", result->checker);
    if (result->verdict == RAFT_SIM_UNSAFE)
        minimise.trial.stop = 2 * result->at; /* What breaks much later is something else. */
    say(call, "minimising: at most %d runs", SHRINK_RUNS);
    raft_sim_minimise_run(&minimise, tape);
    int code = write_tape(call, tape, target);
    if (code != EXIT_DONE)
        return code;
    (void)snprintf(path, sizeof path, "%s.txt", target);
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return complain(call, exit_of_errno(errno), "cannot write %s: %s", path, strerror(errno));
    told.replay = tape;
    told.record = NULL;
    told.topics = RAFT_SIM_MINIMISE_TOPICS;
    told.line = print_line;
    told.line_context = out;
    raft_sim_trial_run(&told, &again);
    (void)fprintf(out, "broken: %s\n", again.sentence); /* fclose() says whether it came through. */
    if (fclose(out) != 0)
        return complain(call, exit_of_errno(errno), "cannot write %s: %s", path, strerror(errno));
    say(call,
        "minimised in %" PRIu64 " runs: %" PRIu64 " choices that are not 0 became %" PRIu64
        "; raftctl sim --replay %s, its story is %s",
        minimise.runs, minimise.answers_before, minimise.answers_after, target, path);
    return EXIT_DONE;
}

static int run_story(struct call *call, const char *path)
{
    char message[400] = "";
    char *text = malloc(STORY_BYTES_MAX + 1);
    FILE *in = fopen(path, "r");
    if (in == NULL || text == NULL) {
        int cause = errno;
        free(text);
        return complain(call, exit_of_errno(cause), "cannot read %s: %s", path, strerror(cause));
    }
    size_t bytes = fread(text, 1, STORY_BYTES_MAX, in);
    int cause = ferror(in) != 0 ? errno : bytes == STORY_BYTES_MAX ? EFBIG : 0;
    (void)fclose(in); /* It was only read. */
    if (cause != 0) {
        free(text);
        return complain(call, exit_of_errno(cause), "cannot read %s: %s", path, strerror(cause));
    }
    text[bytes] = '\0';
    bool good = raft_sim_story_play(text, stdout, message, sizeof message);
    free(text);
    (void)fflush(stdout); /* The complaint shall stand below what it is about. */
    return good ? EXIT_DONE : complain(call, EXIT_FALSE, "%s:%s", path, message);
}

static bool parse_range(const char *text, uint64_t *first, uint64_t *last)
{
    char number[32];
    const char *dots = strstr(text, "..");
    if (dots == NULL || (size_t)(dots - text) >= sizeof number)
        return false;
    (void)snprintf(number, sizeof number, "%.*s", (int)(dots - text), text);
    return options_integer(number, first) && options_integer(dots + 2, last) && *first <= *last &&
           *last - *first < UINT32_MAX;
}

static int write_tape(struct call *call, const struct raft_sim_tape *tape, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return complain(call, exit_of_errno(errno), "cannot write %s: %s", path, strerror(errno));
    bool good = raft_sim_tape_write(tape, out);
    if (fclose(out) != 0 || !good)
        return complain(call, exit_of_errno(errno), "cannot write %s: %s", path, strerror(errno));
    return EXIT_DONE;
}

static void print_line(void *file, const char *text)
{
    (void)fprintf(file, "%s\n", text); /* Whoever closes the file asks whether it came through. */
}

/* A failed assertion of the code under test: its seed is worth more than a core file. */
static void note_crash(const char *file, int line, const char *text)
{
    char command[1000];
    sim_report_command(present.trial, command, sizeof command);
    (void)fflush(stdout); /* What was said before stands above. */
    fprintf(stderr, "raftctl: sim: crashed: %s:%d: %s\n  replay:  %s\n", file, line, text, command);
    if (present.trial->record != NULL && present.path != NULL) {
        FILE *out = fopen(present.path, "w");
        bool good = out != NULL && raft_sim_tape_write(present.trial->record, out);
        if (out != NULL && fclose(out) == 0 && good)
            fprintf(stderr, "  choices: raftctl sim --replay %s\n", present.path);
    }
    if (present.minimise != NULL && present.trial->record != NULL) {
        bool good = sim_crash_shrink(present.trial, present.trial->record, present.minimise);
        fprintf(stderr,
                good ? "  minimised: raftctl sim --replay %s\n"
                     : "  it could not be minimised into %s\n",
                present.minimise);
    }
    _exit(EXIT_CRASHED);
}
