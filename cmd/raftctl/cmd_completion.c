/* SPDX-License-Identifier: MIT
 *
 * completion: scripts made of the table. Names of nodes, clusters and faults are asked of
 * `raftctl names KIND` at the moment of completing, so they are never stale.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"

static bool is_shown(const struct command *command)
{
    return (command->flags & COMMAND_HIDDEN) == 0;
}

/* "up|down|..": every command under each of its names. */
static void print_names(void)
{
    for (uint32_t i = 0; i < commands_count; i++) {
        if (is_shown(&commands[i])) {
            printf("%s%s%s%s", i == 0 ? "" : "|", commands[i].name,
                   commands[i].alias != NULL ? "|" : "",
                   commands[i].alias != NULL ? commands[i].alias : "");
        }
    }
}

/* All options, or only those that take a value. */
static void print_option_words(const struct option_row *rows, bool values)
{
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        if (values && rows->kind == OPTION_FLAG) {
            continue;
        }
        printf(" --%s", rows->name);
        if (rows->letter != 0) {
            printf(" -%c", rows->letter);
        }
    }
}

/* bash and zsh differ in how a function sees the words and gives its answer, not in between. */
struct dialect {
    const char *words; /* the array of words */
    const char *last;  /* index of the one under the cursor */
    int first;         /* index of the one after "raftctl" */
};

static void print_values(const char *verb, const struct option_row *row)
{
    const char *kind = row->choices != NULL ? row->choices : row->completes;
    if (kind == NULL) {
        return;
    }
    printf("    %s\" --%s\"", verb, row->name);
    if (row->letter != 0) {
        printf("|%s\" -%c\"", verb, row->letter);
    }
    printf(") kind='%s' ;;\n", kind);
}

/* What each command takes. */
static void print_verb_cases(void)
{
    printf("  case $verb in\n");
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if (!is_shown(command)) {
            continue;
        }
        printf("    %s%s%s) verb=%s; options+=\"", command->name, command->alias != NULL ? "|" : "",
               command->alias != NULL ? command->alias : "", command->name);
        print_option_words(command->options, false);
        printf("\"; takes+=\"");
        print_option_words(command->options, true);
        printf(" \"; kind='%s'; rest='%s' ;;\n",
               command->completes != NULL ? command->completes : "",
               command->completes_rest != NULL ? command->completes_rest : "");
    }
    printf("  esac\n");
}

/* What each option takes, where anything can be offered for it. */
static void print_value_cases(void)
{
    printf("  case \"$verb $previous\" in\n");
    for (uint32_t i = 0; i < commands_count; i++) {
        for (const struct option_row *row = commands[i].options;
             row != NULL && row->kind != OPTION_END; row++) {
            print_values(commands[i].name, row);
        }
    }
    for (const struct option_row *row = global_options; row->kind != OPTION_END; row++) {
        print_values("*", row);
    }
    printf("    *) [[ $takes == *\" $previous \"* ]] && kind= options= ;;\n"
           "  esac\n");
}

/* Finds out what is wanted: options and a kind of names. */
static void print_body(const struct dialect *dialect)
{
    printf("  local verb= kind= rest= arguments=0 i options=\"");
    print_option_words(global_options, false);
    printf("\" takes=\"");
    print_option_words(global_options, true);
    printf(" \"\n"
           "  local -a cluster\n"
           "  cluster=()\n"
           "  for ((i = %d; i < %s; i++)); do\n"
           "    case ${%s[i]} in\n"
           "      -c|--cluster) ((++i < %s)) && cluster=(-c \"${%s[i]}\") ;;\n"
           "      --color) ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) verb=${%s[i]}; break ;;\n"
           "    esac\n"
           "  done\n",
           dialect->first, dialect->last, dialect->words, dialect->last, dialect->words,
           dialect->words);
    print_verb_cases();
    printf("  for ((i++; i < %s; i++)); do\n"
           "    case ${%s[i]} in\n"
           "      -c|--cluster) ((++i < %s)) && cluster=(-c \"${%s[i]}\") ;;\n"
           "      -*) [[ $takes == *\" ${%s[i]} \"* ]] && ((i++))\n"
           "          [[ ${%s[i]} == \"=\" ]] && ((i++)) ;;\n"
           "      *) ((arguments++)) ;;\n"
           "    esac\n"
           "  done\n"
           "  ((arguments > 0)) && kind=$rest\n"
           "  local verbs='",
           dialect->last, dialect->words, dialect->last, dialect->words, dialect->words,
           dialect->words);
    print_names();
    printf("'\n"
           "  [[ -z $verb ]] && kind=$verbs\n");
    print_value_cases();
}

static void print_bash(void)
{
    printf("# bash completion for raftctl, printed by `raftctl completion bash`.\n"
           "_raftctl()\n{\n"
           "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "  # --timing=fast is three words here.\n"
           "  [[ $previous == \"=\" ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
           "  [[ $current == \"=\" ]] && current=\n");
    print_body(&(struct dialect){"COMP_WORDS", "COMP_CWORD", 1});
    printf("  COMPREPLY=()\n"
           "  if [[ $current == -* ]]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
           "  elif [[ $kind == *'|'* ]]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"${kind//|/ }\" -- \"$current\")\n"
           "  elif [[ -n $kind && $kind != files ]]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$(raftctl \"${cluster[@]}\" names \"$kind\" "
           "2>/dev/null)\" -- \"$current\")\n"
           "  fi\n}\n"
           "complete -o default -F _raftctl raftctl\n");
}

/* A text within single quotes. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (; *text != 0; text++) {
        fputs(*text == '\'' ? "'\\''" : (char[]){*text, 0}, stdout);
    }
    putchar('\'');
}

static void print_zsh(void)
{
    printf("#compdef raftctl\n"
           "# zsh completion for raftctl, printed by `raftctl completion zsh`.\n"
           "_raftctl() {\n"
           "  local current=${words[CURRENT]} previous=${words[CURRENT - 1]}\n"
           "  local -a commands names\n"
           "  if [[ $current == --*=* ]]; then\n"
           "    previous=${current%%%%=*}\n"
           "    current=${current#*=}\n"
           "    compset -P '*='\n"
           "  fi\n");
    print_body(&(struct dialect){"words", "CURRENT", 2});
    printf("  commands=(\n");
    for (uint32_t i = 0; i < commands_count; i++) {
        if (is_shown(&commands[i])) {
            char line[256];
            snprintf(line, sizeof line, "%s:%s", commands[i].name, commands[i].summary);
            printf("    ");
            print_quoted(line);
            printf("\n");
        }
    }
    printf("  )\n"
           "  if [[ $current == -* ]]; then\n"
           "    compadd -- ${=options}\n"
           "  elif [[ $kind == \"$verbs\" ]]; then\n"
           "    _describe command commands\n"
           "  elif [[ $kind == files ]]; then\n"
           "    _files\n"
           "  elif [[ $kind == *'|'* ]]; then\n"
           "    compadd -- ${(s:|:)kind}\n"
           "  elif [[ -n $kind ]]; then\n"
           "    names=(${(f)\"$(raftctl \"${cluster[@]}\" names $kind 2>/dev/null)\"})\n"
           "    compadd -- \"${names[@]}\"\n"
           "  fi\n}\n"
           "# As a file of $fpath this is the function's own first run.\n"
           "if [[ ${funcstack[1]} == _raftctl ]]; then _raftctl \"$@\"; else compdef _raftctl "
           "raftctl; fi\n");
}

/* The words of a list, or whatever names they have at that moment. */
static void print_fish_kind(const char *kind)
{
    if (strchr(kind, '|') != NULL) {
        printf(" -a \"(string split '|' '%s')\"", kind);
    } else {
        printf(" -a '(raftctl names %s 2>/dev/null)'", kind);
    }
}

static void print_fish_options(const struct option_row *rows, const char *condition)
{
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        printf("complete -c raftctl %s", condition);
        if (rows->letter != 0) {
            printf(" -s %c", rows->letter);
        }
        bool is_file = rows->completes != NULL && strcmp(rows->completes, "files") == 0;
        printf(" -l %s%s", rows->name, rows->kind == OPTION_FLAG ? "" : is_file ? " -r -F" : " -x");
        if (!is_file && (rows->choices != NULL || rows->completes != NULL)) {
            print_fish_kind(rows->choices != NULL ? rows->choices : rows->completes);
        }
        printf(" -d ");
        print_quoted(rows->help);
        printf("\n");
    }
}

static void print_fish(void)
{
    printf("# fish completion for raftctl, printed by `raftctl completion fish`.\n"
           "complete -c raftctl -f\n");
    print_fish_options(global_options, "");
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if (!is_shown(command)) {
            continue;
        }
        char condition[96];
        snprintf(condition, sizeof condition, "-n '__fish_seen_subcommand_from %s%s%s'",
                 command->name, command->alias != NULL ? " " : "",
                 command->alias != NULL ? command->alias : "");
        printf("complete -c raftctl -n __fish_use_subcommand -a %s -d ", command->name);
        print_quoted(command->summary);
        printf("\n");
        print_fish_options(command->options, condition);
        if (command->completes != NULL) {
            printf("complete -c raftctl %s", condition);
            print_fish_kind(command->completes);
            printf("\n");
        }
    }
}

int cmd_completion(struct call *call)
{
    static const struct {
        const char *shell;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].shell, call->argv[0]) == 0) {
            shells[i].print();
            return EXIT_DONE;
        }
    }
    return complain(call, EXIT_USAGE, "no completion for \"%s\" (there is bash, zsh, fish)",
                    call->argv[0]);
}
