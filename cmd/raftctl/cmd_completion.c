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

static void print_names(const char *separator)
{
    for (uint32_t i = 0; i < commands_count; i++) {
        if (is_shown(&commands[i])) {
            printf("%s%s", i == 0 ? "" : separator, commands[i].name);
            if (commands[i].alias != NULL) {
                printf("%s%s", separator, commands[i].alias);
            }
        }
    }
}

static void print_option_words(const struct option_row *rows)
{
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        printf(" --%s", rows->name);
        if (rows->letter != 0) {
            printf(" -%c", rows->letter);
        }
    }
}

static void print_bash_case(const struct command *command)
{
    printf("    %s%s%s) options=\"", command->name, command->alias != NULL ? "|" : "",
           command->alias != NULL ? command->alias : "");
    print_option_words(command->options);
    printf("\"; kind=\"%s\" ;;\n", command->completes != NULL ? command->completes : "");
}

static void print_bash(void)
{
    printf("# bash completion for raftctl, printed by `raftctl completion bash`.\n"
           "_raftctl()\n{\n"
           "  local current=${COMP_WORDS[COMP_CWORD]} verb= options= kind= name= i\n"
           "  local -a cluster=()\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case ${COMP_WORDS[i]} in\n"
           "      -c|--cluster) cluster=(-c \"${COMP_WORDS[i + 1]}\"); ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) verb=${COMP_WORDS[i]}; break ;;\n"
           "    esac\n"
           "  done\n"
           "  if [[ ${COMP_WORDS[COMP_CWORD - 1]} == -c || "
           "${COMP_WORDS[COMP_CWORD - 1]} == --cluster ]]; then\n"
           "    COMPREPLY=($(compgen -W \"$(raftctl names clusters 2>/dev/null)\" -- "
           "\"$current\"))\n"
           "    return\n"
           "  fi\n"
           "  case $verb in\n"
           "    '') options=\"");
    print_option_words(global_options);
    printf("\"; kind=\"");
    print_names("|");
    printf("\" ;;\n");
    for (uint32_t i = 0; i < commands_count; i++) {
        if (is_shown(&commands[i])) {
            print_bash_case(&commands[i]);
        }
    }
    printf("  esac\n"
           "  if [[ $current == -* ]]; then\n"
           "    [[ -n $verb ]] && options+=\"");
    print_option_words(global_options);
    printf("\"\n"
           "    COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n"
           "  elif [[ $kind == *'|'* ]]; then\n"
           "    COMPREPLY=($(compgen -W \"${kind//|/ }\" -- \"$current\"))\n"
           "  elif [[ -n $kind ]]; then\n"
           "    COMPREPLY=($(compgen -W \"$(raftctl \"${cluster[@]}\" names \"$kind\" "
           "2>/dev/null)\" -- \"$current\"))\n"
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
           "_raftctl_names() { local -a names; names=(${(f)\"$(raftctl names $1 2>/dev/null)\"}); "
           "compadd -a names }\n"
           "_raftctl() {\n"
           "  local -a commands\n"
           "  commands=(\n");
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
           "  local i verb=\n"
           "  for ((i = 2; i < CURRENT; i++)); do\n"
           "    case $words[i] in\n"
           "      -c|--cluster) ((i++)) ;;\n"
           "      -*) ;;\n"
           "      *) verb=$words[i]; break ;;\n"
           "    esac\n"
           "  done\n"
           "  case $verb in\n"
           "    '') _describe command commands; return ;;\n");
    for (uint32_t i = 0; i < commands_count; i++) {
        const struct command *command = &commands[i];
        if (!is_shown(command)) {
            continue;
        }
        printf("    %s%s%s) if [[ $PREFIX == -* ]]; then compadd --", command->name,
               command->alias != NULL ? "|" : "", command->alias != NULL ? command->alias : "");
        print_option_words(command->options);
        print_option_words(global_options);
        if (command->completes == NULL) {
            printf("; fi ;;\n");
        } else if (strchr(command->completes, '|') != NULL) {
            printf("; else compadd -- ${(s:|:):-'%s'}; fi ;;\n", command->completes);
        } else {
            printf("; else _raftctl_names %s; fi ;;\n", command->completes);
        }
    }
    printf("  esac\n}\ncompdef _raftctl raftctl\n");
}

static void print_fish_options(const struct option_row *rows, const char *condition)
{
    for (; rows != NULL && rows->kind != OPTION_END; rows++) {
        printf("complete -c raftctl %s", condition);
        if (rows->letter != 0) {
            printf(" -s %c", rows->letter);
        }
        printf(" -l %s%s -d ", rows->name, rows->kind == OPTION_FLAG ? "" : " -x");
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
        if (command->completes == NULL) {
            continue;
        }
        if (strchr(command->completes, '|') != NULL) {
            printf("complete -c raftctl %s -a \"(string split '|' '%s')\"\n", condition,
                   command->completes);
        } else {
            printf("complete -c raftctl %s -a '(raftctl names %s 2>/dev/null)'\n", condition,
                   command->completes);
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
