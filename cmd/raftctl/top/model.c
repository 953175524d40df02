/* SPDX-License-Identifier: MIT */
#include "top/model.h"

#include <stdio.h>
#include <string.h>

void top_model_init(struct top_model *model, const char *name, bool readonly)
{
    memset(model, 0, sizeof(*model));
    snprintf(model->name, sizeof(model->name), "%s", name);
    model->readonly = readonly;
}

static const struct raft_view_node *find_node(const struct top_model *model, raft_id id)
{
    return id ? raft_view_find(&model->view, id) : NULL;
}

/* Remembers what a process event broke, for undo. */
static void note_broken(struct top_model *model, uint32_t slot, const struct raft_shm_event *event)
{
    if (slot >= RAFT_NODES_MAX) {
        return;
    }
    if (event->a == RAFT_SHM_PROCESS_DOWN || event->a == RAFT_SHM_PROCESS_PAUSED) {
        model->broken[slot] = event->seq;
    } else if (event->a == RAFT_SHM_PROCESS_UP) {
        model->broken[slot] = 0;
    }
}

void top_model_event(struct top_model *model, const struct raft_shm_event *event)
{
    top_eventlog_add(&model->log, event);
    const struct raft_view_node *node = find_node(model, event->node);
    if (!node) {
        return;
    }
    top_timeline_event(&model->timeline, node->slot, event);
    if (event->type == RAFT_SHM_EVENT_PROCESS) {
        note_broken(model, node->slot, event);
    }
}

void top_model_update(struct top_model *model, uint64_t real)
{
    top_model_tick(model, real);
    top_timeline_sample(&model->timeline, &model->view);
    if (model->view.commit > 0 || model->rates.column > 0) {
        top_rates_add(&model->rates, real / 1000000, model->view.commit);
    }
    if (!find_node(model, model->selected) && model->view.nodes_count > 0) {
        model->selected = model->view.leader ? model->view.leader : model->view.nodes[0].id;
    }
}

void top_model_vanish(struct top_model *model, uint64_t real)
{
    struct raft_view *view = &model->view;
    model->gone = true;
    view->health = RAFT_HEALTH_DOWN;
    view->leader = 0;
    view->up = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        view->nodes[i].process = RAFT_SHM_PROCESS_DOWN;
    }
    top_model_update(model, real);
}

void top_model_tick(struct top_model *model, uint64_t real)
{
    model->real = real;
    top_timeline_advance(&model->timeline, real / 1000000);
    bool ended = model->prompt.state == TOP_RUN_DONE || model->prompt.state == TOP_RUN_FAILED;
    uint64_t age = real > model->prompt.since ? real - model->prompt.since : 0;
    if (ended && age > (uint64_t)TOP_RESULT_SECONDS * 1000000000) {
        model->prompt.state = TOP_RUN_NONE;
    }
}

const struct raft_view_node *top_model_selected(const struct top_model *model)
{
    return find_node(model, model->selected);
}

uint32_t top_model_place(const struct top_model *model, raft_id id)
{
    for (uint32_t i = 0; i < model->view.nodes_count; i++) {
        if (model->view.nodes[i].id == id) {
            return i;
        }
    }
    return 0;
}

bool top_model_is_tagged(const struct top_model *model, const struct raft_view_node *node)
{
    return node->slot < RAFT_NODES_MAX && model->tagged[node->slot] == node->id;
}

void top_model_targets(const struct top_model *model, char *text, size_t bytes)
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < model->view.nodes_count && length < bytes; i++) {
        const struct raft_view_node *node = &model->view.nodes[i];
        if (top_model_is_tagged(model, node)) {
            int wrote =
                snprintf(text + length, bytes - length, "%sn%u", length ? "," : "", node->id);
            length += wrote > 0 ? (size_t)wrote : 0;
        }
    }
    const struct raft_view_node *node = top_model_selected(model);
    if (length == 0 && node) {
        snprintf(text, bytes, "n%u", node->id);
    }
}

bool top_model_is_isolated(const struct top_model *model, raft_id id)
{
    const struct raft_view *view = &model->view;
    uint32_t others = 0;
    for (uint32_t i = 0; i < view->nodes_count; i++) {
        raft_id other = view->nodes[i].id;
        if (other == id) {
            continue;
        }
        others++;
        if (!raft_faults_is_cut(&view->faults, view->now, id, other) &&
            !raft_faults_is_cut(&view->faults, view->now, other, id)) {
            return false;
        }
    }
    return others > 0;
}

void top_model_undo(const struct top_model *model, char *command, size_t bytes)
{
    uint64_t newest = 0;
    command[0] = '\0';
    for (uint32_t i = 0; i < RAFT_FAULTS_MAX; i++) {
        const struct raft_fault *fault = &model->view.faults.list[i];
        if (fault->id && fault->since >= newest) {
            newest = fault->since;
            snprintf(command, bytes, "heal f%llu", (unsigned long long)fault->id);
        }
    }
    for (uint32_t i = 0; i < model->view.nodes_count; i++) {
        const struct raft_view_node *node = &model->view.nodes[i];
        bool paused = node->process == RAFT_SHM_PROCESS_PAUSED;
        bool down = node->process == RAFT_SHM_PROCESS_DOWN;
        uint64_t seq = node->slot < RAFT_NODES_MAX ? model->broken[node->slot] : 0;
        if ((paused || down) && (seq > newest || command[0] == '\0')) {
            newest = seq;
            snprintf(command, bytes, "%s n%u", paused ? "resume" : "start", node->id);
        }
    }
}

void top_model_ran(struct top_model *model, uint64_t real, const char *command)
{
    struct top_prompt *prompt = &model->prompt;
    prompt->state = TOP_RUN_RUNNING;
    prompt->since = real;
    prompt->result[0] = '\0';
    snprintf(prompt->command, sizeof(prompt->command), "%s", command);
}

/* Copies the first line that says something. */
static void copy_line(const char *output, char *line, size_t bytes)
{
    output += strspn(output, " \t\r\n");
    size_t length = strcspn(output, "\r\n");
    snprintf(line, bytes, "%.*s", (int)(length < bytes ? length : bytes - 1), output);
}

/* "kill: no node n9" names its command by itself. */
static bool starts_with_verb(const char *line, const char *command)
{
    size_t length = strcspn(command, " ");
    return strncmp(line, command, length) == 0 && line[length] == ':';
}

void top_model_result(struct top_model *model, uint64_t real, int exit_code, const char *output)
{
    struct top_prompt *prompt = &model->prompt;
    static const char prefix[] = "raftctl: ";
    char line[TOP_TITLE_BYTES];
    bool prefixed = strncmp(output, prefix, sizeof(prefix) - 1) == 0;
    copy_line(output + (prefixed ? sizeof(prefix) - 1 : 0), line, sizeof(line));
    prompt->since = real;
    prompt->state = exit_code == 0 ? TOP_RUN_DONE : TOP_RUN_FAILED;
    if (exit_code == 0) {
        snprintf(prompt->result, sizeof(prompt->result), "%s", line);
    } else {
        snprintf(prompt->result, sizeof(prompt->result), "%.*s (exit %d)", TOP_TITLE_BYTES - 16,
                 line, exit_code);
    }
    bool told = exit_code == 0 && strstr(line, "seq");
    if (!told) {
        char note[TOP_EVENT_TEXT];
        bool named = starts_with_verb(line, prompt->command);
        snprintf(note, sizeof(note), "%.60s%s%.120s", named ? "" : prompt->command,
                 named || !prompt->result[0] ? "" : ": ", prompt->result);
        top_eventlog_note(&model->log, real, exit_code == 0 ? ':' : '!', note);
    }
}

void top_model_ask_force(struct top_model *model, const char *command, const char *refusal)
{
    struct top_dialog *dialog = &model->dialog;
    snprintf(dialog->command, sizeof(dialog->command), "%.*s --force", TOP_COMMAND_BYTES - 16,
             command);
    copy_line(refusal, dialog->question, sizeof(dialog->question));
    snprintf(dialog->detail, sizeof(dialog->detail), "Do it all the same? (raftctl %.120s)",
             dialog->command);
    model->mode = TOP_MODE_DIALOG;
}

void top_model_show(struct top_model *model, const char *title, const char *bytes, size_t length)
{
    struct top_text *text = &model->text;
    size_t skipped = length >= sizeof(text->bytes) ? length - sizeof(text->bytes) + 1 : 0;
    text->length = length - skipped;
    memcpy(text->bytes, bytes + skipped, text->length);
    text->bytes[text->length] = '\0';
    text->scroll = 0;
    snprintf(text->title, sizeof(text->title), "%s", title);
    model->mode = TOP_MODE_TEXT;
}
