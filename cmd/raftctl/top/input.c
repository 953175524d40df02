/* SPDX-License-Identifier: MIT */
#include "top/input.h"

#include <stdio.h>
#include <string.h>

#include "top/complete.h"
#include "top/edit.h"

static void press_nodes(struct top_model *model, uint32_t key, struct top_request *request);
static void press_page(struct top_model *model, uint32_t key, struct top_request *request);
static void press_filter(struct top_model *model, uint32_t key);
static void press_prompt(struct top_model *model, uint32_t key, struct top_request *request);
static void press_cut(struct top_model *model, uint32_t key, struct top_request *request);
static void press_dialog(struct top_model *model, uint32_t key, struct top_request *request);

enum { KEY_REPAINT = 12, KEY_SUSPEND = 26, PAGE_LINES = 10 };

void top_input(struct top_model *model, uint32_t key, struct top_request *request)
{
    *request = (struct top_request){.want = TOP_WANT_NOTHING};
    if (key == KEY_REPAINT || key == KEY_SUSPEND) {
        request->want = key == KEY_REPAINT ? TOP_WANT_REPAINT : TOP_WANT_SUSPEND;
        return;
    }
    switch (model->mode) {
    case TOP_MODE_NODES:
        press_nodes(model, key, request);
        return;
    case TOP_MODE_HELP:
    case TOP_MODE_INSPECT:
    case TOP_MODE_TEXT:
        press_page(model, key, request);
        return;
    case TOP_MODE_FILTER:
        press_filter(model, key);
        return;
    case TOP_MODE_PROMPT:
        press_prompt(model, key, request);
        return;
    case TOP_MODE_CUT:
        press_cut(model, key, request);
        return;
    case TOP_MODE_DIALOG:
        press_dialog(model, key, request);
        return;
    }
}

static void move_selection(struct top_model *model, raft_id *id, int step)
{
    uint32_t count = model->view.nodes_count;
    if (count == 0) {
        return;
    }
    uint32_t place = top_model_place(model, *id);
    if (step > 0 && place + 1 < count) {
        place++;
    } else if (step < 0 && place > 0) {
        place--;
    }
    *id = model->view.nodes[place].id;
}

/* Digit 1-9 is the node of that number, 0 is n10. */
static bool select_digit(const struct top_model *model, uint32_t key, raft_id *id)
{
    raft_id wanted = key == '0' ? 10 : key - '0';
    if (key < '0' || key > '9' || !raft_view_find(&model->view, wanted)) {
        return false;
    }
    *id = wanted;
    return true;
}

/* A refusal of our own, where a command's result would stand. */
static void say(struct top_model *model, const char *what, const char *why)
{
    top_model_ran(model, model->real, what);
    model->prompt.state = TOP_RUN_FAILED;
    snprintf(model->prompt.result, sizeof(model->prompt.result), "%s", why);
}

/* Puts the targets in place of each %n. */
static void expand(const struct top_model *model, const char *command, char *text, size_t bytes)
{
    char targets[TOP_COMMAND_BYTES / 2];
    top_model_targets(model, targets, sizeof(targets));
    size_t length = 0;
    while (*command && length + 1 < bytes) {
        bool place = command[0] == '%' && command[1] == 'n';
        int wrote = snprintf(text + length, bytes - length, "%.*s", place ? 255 : 1,
                             place ? targets : command);
        length += wrote > 0 ? (size_t)wrote : 0;
        command += place ? 2 : 1;
    }
    text[length < bytes ? length : bytes - 1] = '\0';
}

static void ask_for(const struct top_model *model, const char *command, struct top_request *request)
{
    expand(model, command, request->text, sizeof(request->text));
    request->want = TOP_WANT_RUN;
}

/* Does what the key does hold for every node it would act on? */
static bool is_true_of_all(const struct top_model *model,
                           bool (*holds)(const struct top_model *, const struct raft_view_node *))
{
    bool tags = false;
    bool all = true;
    for (uint32_t i = 0; i < model->view.nodes_count; i++) {
        const struct raft_view_node *node = &model->view.nodes[i];
        bool tagged = top_model_is_tagged(model, node);
        tags |= tagged;
        all &= !tagged || holds(model, node);
    }
    const struct raft_view_node *selected = top_model_selected(model);
    return tags ? all : selected && holds(model, selected);
}

static bool is_paused(const struct top_model *model, const struct raft_view_node *node)
{
    (void)model; /* The node alone tells. */
    return node->process == RAFT_SHM_PROCESS_PAUSED;
}

static bool is_isolated(const struct top_model *model, const struct raft_view_node *node)
{
    return top_model_is_isolated(model, node->id);
}

static void ask_undo(struct top_model *model, struct top_request *request)
{
    top_model_undo(model, request->text, sizeof(request->text));
    if (request->text[0]) {
        request->want = TOP_WANT_RUN;
    } else {
        say(model, "undo", "nothing is broken: no fault, no node down or paused");
    }
}

static void ask_transfer(struct top_model *model, const struct top_key *key,
                         struct top_request *request)
{
    if (model->view.leader && model->selected == model->view.leader) {
        char why[TOP_TITLE_BYTES];
        snprintf(why, sizeof(why), "n%u leads already: select the node that is to take over",
                 model->selected);
        say(model, "transfer", why);
        return;
    }
    char command[TOP_COMMAND_BYTES];
    snprintf(command, sizeof(command), "transfer n%u", model->selected);
    ask_for(model, model->selected ? command : key->command, request);
}

/* One entry of the kind that the cluster's app takes. */
static void ask_write(struct top_model *model, struct top_request *request)
{
    const char *app = model->view.cluster.app;
    model->writes++;
    unsigned long long seconds = model->real / 1000000000;
    if (strcmp(app, "bank") == 0) {
        snprintf(request->text, sizeof(request->text), "bank credit %u", model->writes);
    } else if (strcmp(app, "queue") == 0) {
        snprintf(request->text, sizeof(request->text), "queue create top%u-%llu", model->writes,
                 seconds);
    } else {
        snprintf(request->text, sizeof(request->text), "put top%u w%llu", model->writes, seconds);
    }
    request->want = TOP_WANT_RUN;
}

static void open_edit(struct top_model *model, enum top_mode mode, const char *text)
{
    model->mode = mode;
    top_edit_set(&model->edit, text);
}

static void toggle_tag(struct top_model *model)
{
    const struct raft_view_node *node = top_model_selected(model);
    if (node && node->slot < RAFT_NODES_MAX) {
        model->tagged[node->slot] = top_model_is_tagged(model, node) ? 0 : node->id;
        move_selection(model, &model->selected, 1);
    }
}

static void open_cut(struct top_model *model)
{
    if (model->view.nodes_count < 2) {
        say(model, "partition cut", "there is no other node");
        return;
    }
    bool first = top_model_place(model, model->selected) == 0;
    model->cut_to = model->view.nodes[first ? 1 : 0].id;
    model->mode = TOP_MODE_CUT;
}

/* How late, and whatever else shall be wrong, is for the person to say. */
static void open_delay(struct top_model *model, const struct top_key *key)
{
    char command[TOP_COMMAND_BYTES];
    expand(model, key->command, command, sizeof(command));
    open_edit(model, TOP_MODE_PROMPT, command);
}

static void open_dialog(struct top_model *model, const struct top_key *key)
{
    struct top_dialog *dialog = &model->dialog;
    snprintf(dialog->command, sizeof(dialog->command), "%s", key->command);
    snprintf(dialog->question, sizeof(dialog->question), "Stop the whole cluster %s?", model->name);
    snprintf(dialog->detail, sizeof(dialog->detail),
             "All nodes and the supervisor end; data stays. (raftctl %s)", key->command);
    model->mode = TOP_MODE_DIALOG;
}

/* Commands that need a node are pointless without one. */
static bool lacks_node(const struct top_model *model, const struct top_key *key)
{
    return key->command && strstr(key->command, "%n") && !top_model_selected(model);
}

static void act_change(struct top_model *model, const struct top_key *key,
                       struct top_request *request)
{
    if (key->act == TOP_ACT_PAUSE) {
        ask_for(model, is_true_of_all(model, is_paused) ? "resume %n" : key->command, request);
    } else if (key->act == TOP_ACT_ISOLATE) {
        ask_for(model, is_true_of_all(model, is_isolated) ? "heal %n" : key->command, request);
    } else if (key->act == TOP_ACT_CUT) {
        open_cut(model);
    } else if (key->act == TOP_ACT_DELAY) {
        open_delay(model, key);
    } else if (key->act == TOP_ACT_UNDO) {
        ask_undo(model, request);
    } else if (key->act == TOP_ACT_TRANSFER) {
        ask_transfer(model, key, request);
    } else if (key->act == TOP_ACT_WRITE) {
        ask_write(model, request);
    } else if (key->confirm) {
        open_dialog(model, key);
    } else {
        ask_for(model, key->command, request);
    }
}

static void act(struct top_model *model, const struct top_key *key, uint32_t pressed,
                struct top_request *request)
{
    switch (key->act) {
    case TOP_ACT_MOVE_DOWN:
        move_selection(model, &model->selected, 1);
        return;
    case TOP_ACT_MOVE_UP:
        move_selection(model, &model->selected, -1);
        return;
    case TOP_ACT_SELECT:
        (void)select_digit(model, pressed, &model->selected); /* No such node: nothing moves. */
        return;
    case TOP_ACT_TAG:
        toggle_tag(model);
        return;
    case TOP_ACT_INSPECT:
        model->mode = TOP_MODE_INSPECT;
        model->text.scroll = 0;
        return;
    case TOP_ACT_LOGS:
        request->want = TOP_WANT_LOGS;
        return;
    case TOP_ACT_FILTER:
        open_edit(model, TOP_MODE_FILTER, model->filter);
        return;
    case TOP_ACT_PROMPT:
        open_edit(model, TOP_MODE_PROMPT, "");
        return;
    case TOP_ACT_HELP:
        model->mode = TOP_MODE_HELP;
        model->text.scroll = 0;
        return;
    case TOP_ACT_FREEZE:
        model->frozen = !model->frozen;
        return;
    case TOP_ACT_DETACH:
        request->want = TOP_WANT_DETACH;
        return;
    case TOP_ACT_COMMAND:
    case TOP_ACT_PAUSE:
    case TOP_ACT_ISOLATE:
    case TOP_ACT_CUT:
    case TOP_ACT_DELAY:
    case TOP_ACT_UNDO:
    case TOP_ACT_TRANSFER:
    case TOP_ACT_WRITE:
        act_change(model, key, request);
        return;
    }
}

static void press_escape(struct top_model *model, struct top_request *request)
{
    if (model->prompt.state == TOP_RUN_RUNNING) {
        request->want = TOP_WANT_CANCEL;
        return;
    }
    memset(model->tagged, 0, sizeof(model->tagged));
    model->filter[0] = '\0';
    model->prompt.state = TOP_RUN_NONE;
}

static void press_nodes(struct top_model *model, uint32_t key, struct top_request *request)
{
    const struct top_key *row = top_key_find(key);
    if (row && model->prompt.state != TOP_RUN_RUNNING) {
        model->prompt.state = TOP_RUN_NONE; /* The old result has been read. */
    }
    if (key == TOP_KEY_ESCAPE) {
        press_escape(model, request);
    } else if (row && row->changes && model->readonly) {
        expand(model, row->command ? row->command : row->help, request->text,
               sizeof(request->text));
        say(model, request->text, "not run: --readonly takes this key away");
    } else if (row && !lacks_node(model, row)) {
        act(model, row, key, request);
    }
}

static int step_page(uint32_t key)
{
    switch (key) {
    case 'j':
    case TOP_KEY_DOWN:
    case TOP_KEY_ENTER:
        return 1;
    case 'k':
    case TOP_KEY_UP:
        return -1;
    case ' ':
    case TOP_KEY_PAGE_DOWN:
        return PAGE_LINES;
    case 'b':
    case TOP_KEY_PAGE_UP:
        return -PAGE_LINES;
    case 'g':
    case TOP_KEY_HOME:
        return -TOP_TEXT_BYTES;
    case 'G':
    case TOP_KEY_END:
        return TOP_TEXT_BYTES;
    default:
        return 0;
    }
}

/* Esc and q go back from a page; Ctrl-C leaves altogether. The view bounds the scroll. */
static void press_page(struct top_model *model, uint32_t key, struct top_request *request)
{
    bool help_again = model->mode == TOP_MODE_HELP && key == '?';
    if (key == TOP_KEY_ESCAPE || key == 'q' || help_again) {
        model->mode = TOP_MODE_NODES;
    } else if (key == 3) {
        request->want = TOP_WANT_DETACH;
    } else if (model->mode == TOP_MODE_INSPECT && (key == TOP_KEY_LEFT || key == TOP_KEY_RIGHT)) {
        move_selection(model, &model->selected, key == TOP_KEY_RIGHT ? 1 : -1);
    } else {
        int scroll = model->text.scroll + step_page(key);
        model->text.scroll = scroll < 0 ? 0 : scroll;
    }
}

/* The list follows the filter as it is typed; Esc clears it. */
static void press_filter(struct top_model *model, uint32_t key)
{
    if (key == TOP_KEY_ENTER || key == '\n') {
        model->mode = TOP_MODE_NODES;
        return;
    }
    if (key == TOP_KEY_ESCAPE || key == 3) {
        top_edit_set(&model->edit, "");
        model->mode = TOP_MODE_NODES;
    } else {
        top_edit_key(&model->edit, key);
    }
    snprintf(model->filter, sizeof(model->filter), "%s", model->edit.text);
}

static void press_prompt(struct top_model *model, uint32_t key, struct top_request *request)
{
    if (key == TOP_KEY_UP) {
        model->edit = model->last_command;
    } else if (key == TOP_KEY_ESCAPE || key == 3) {
        model->mode = TOP_MODE_NODES;
    } else if (key == TOP_KEY_ENTER || key == '\n') {
        model->mode = TOP_MODE_NODES;
        if (model->edit.text[strspn(model->edit.text, " ")]) {
            model->last_command = model->edit;
            snprintf(request->text, sizeof(request->text), "%s", model->edit.text);
            request->want = TOP_WANT_RUN;
        }
    } else if (key == TOP_KEY_TAB) {
        top_complete(&model->edit);
    } else if (key == TOP_KEY_BACKSPACE && model->edit.length == 0) {
        model->mode = TOP_MODE_NODES;
    } else {
        top_edit_key(&model->edit, key);
    }
}

/* Moves to the next node that is not the near end of the link. */
static void move_cut(struct top_model *model, int step)
{
    raft_id id = model->cut_to;
    move_selection(model, &id, step);
    if (id == model->selected) {
        move_selection(model, &id, step);
    }
    model->cut_to = id == model->selected ? model->cut_to : id;
}

static void press_cut(struct top_model *model, uint32_t key, struct top_request *request)
{
    raft_id id = model->cut_to;
    bool digit = select_digit(model, key, &id) && id != model->selected;
    if (key == 'j' || key == TOP_KEY_DOWN || key == 'k' || key == TOP_KEY_UP) {
        move_cut(model, key == 'j' || key == TOP_KEY_DOWN ? 1 : -1);
    } else if (digit || key == TOP_KEY_ENTER || key == '\n') {
        model->mode = TOP_MODE_NODES;
        snprintf(request->text, sizeof(request->text), "partition cut n%u-n%u --add",
                 model->selected, id);
        request->want = TOP_WANT_RUN;
    } else if (key == TOP_KEY_ESCAPE || key == 'q' || key == 3) {
        model->mode = TOP_MODE_NODES;
    }
}

/* Only y is yes. */
static void press_dialog(struct top_model *model, uint32_t key, struct top_request *request)
{
    if (key == 'y' || key == 'Y') {
        request->want = TOP_WANT_RUN;
        snprintf(request->text, sizeof(request->text), "%s", model->dialog.command);
    }
    if (key < TOP_KEY_UP || key == TOP_KEY_DELETE) {
        model->mode = TOP_MODE_NODES;
    }
}
