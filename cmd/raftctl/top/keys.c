/* SPDX-License-Identifier: MIT */
#include "top/keys.h"

static const struct top_key keys[] = {
    {'?', "?", "?", "help", "this page", NULL, TOP_ACT_HELP, false, false, 1},
    {':', ":", ":", "cmd", "any raftctl command, Tab completes", NULL, TOP_ACT_PROMPT, true, false,
     3},
    {'j', "j Down", NULL, NULL, "select the next node", NULL, TOP_ACT_MOVE_DOWN, false, false, 0},
    {'k', "k Up", NULL, NULL, "select the node before", NULL, TOP_ACT_MOVE_UP, false, false, 0},
    {'0', "0-9", NULL, NULL, "select by number, 0 is n10", NULL, TOP_ACT_SELECT, false, false, 0},
    {' ', "Space", NULL, NULL, "tag: keys then act on all tagged", NULL, TOP_ACT_TAG, false, false,
     0},
    {TOP_KEY_ENTER, "Enter", NULL, NULL, "every field of the node", "inspect %n", TOP_ACT_INSPECT,
     false, false, 0},
    {'l', "l", NULL, NULL, "the node's process log", "logs %n", TOP_ACT_LOGS, false, false, 0},
    {'x', "x", "x/X", "stop/kill", "stop: SIGTERM", "stop %n", TOP_ACT_COMMAND, true, false, 2},
    {'X', "X", NULL, NULL, "kill: SIGKILL, no warning", "kill %n", TOP_ACT_COMMAND, true, false, 0},
    {'s', "s", "s", "start", "start", "start %n", TOP_ACT_COMMAND, true, false, 4},
    {'r', "r", "r/R", "restart", "restart: stop, then start", "restart %n", TOP_ACT_COMMAND, true,
     false, 9},
    {'R', "R", NULL, NULL, "crash: kill, then start", "kill %n; start %n", TOP_ACT_COMMAND, true,
     false, 0},
    {'p', "p", "p", "pause", "pause or resume: SIGSTOP, SIGCONT", "pause %n", TOP_ACT_PAUSE, true,
     false, 5},
    {'i', "i", "i", "isolate", "cut off from all, or rejoin", "partition isolate %n --add",
     TOP_ACT_ISOLATE, true, false, 6},
    {'c', "c", NULL, NULL, "cut one link: asks to which node", "partition cut %n-nB --add",
     TOP_ACT_CUT, true, false, 0},
    {'d', "d", NULL, NULL, "delay its links: edit, then Enter", "link %n delay=80ms", TOP_ACT_DELAY,
     true, false, 0},
    {'H', "H", "H", "heal", "heal every network fault", "heal --all", TOP_ACT_COMMAND, true, false,
     7},
    {'u', "u", "u", "undo", "undo the newest fault or stop", "heal fN, start nN, resume nN",
     TOP_ACT_UNDO, true, false, 10},
    {'t', "t", "t", "lead", "hand leadership over to it", "transfer %n", TOP_ACT_TRANSFER, true,
     false, 8},
    {'v', "v", NULL, NULL, "let it campaign now", "campaign %n", TOP_ACT_COMMAND, true, false, 0},
    {'w', "w", "w", "write", "write one entry", "put KEY VALUE", TOP_ACT_WRITE, true, false, 11},
    {'/', "/", NULL, NULL, "filter events by text, . shows all", "events", TOP_ACT_FILTER, false,
     false, 0},
    {'f', "f", NULL, NULL, "hold the picture still", NULL, TOP_ACT_FREEZE, false, false, 0},
    {'Q', "Q", NULL, NULL, "stop the whole cluster (asks)", "down", TOP_ACT_COMMAND, true, true, 0},
    {'q', "q", "q", "detach", "leave; the cluster lives on", NULL, TOP_ACT_DETACH, false, false, 1},
};

const struct top_key *top_keys(size_t *count)
{
    *count = sizeof(keys) / sizeof(keys[0]);
    return keys;
}

/* Other keys for the same thing. */
static uint32_t normalise_key(uint32_t key)
{
    switch (key) {
    case TOP_KEY_DOWN:
        return 'j';
    case TOP_KEY_UP:
        return 'k';
    case '\n':
        return TOP_KEY_ENTER;
    case 3: /* Ctrl-C */
        return 'q';
    default:
        return key >= '1' && key <= '9' ? '0' : key;
    }
}

const struct top_key *top_key_find(uint32_t key)
{
    uint32_t wanted = normalise_key(key);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].key == wanted) {
            return &keys[i];
        }
    }
    return NULL;
}
