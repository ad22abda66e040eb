/* help.c - what the command and its sub-commands say of themselves; see help.h. */
#include "help.h"
#include <stdio.h>
#include <string.h>
#include "commands.h"

#define NAME_COLUMN   18
#define OPTION_COLUMN 30
#define OPTION_MAX    64

static void help_row(cli_out *out, const cli_command *command)
{
    out_print(out, "  %-*s %s\n", NAME_COLUMN, command->name, command->summary);
}

void help_all(cli_out *out)
{
    const cli_command *command = NULL;

    out_text(out, "lanyard - JSON Web Tokens, strict by default\n\n");
    out_styled(out, STYLE_HEAD, "Usage: ");
    out_text(out, "lanyard COMMAND [OPTION]... [WORD]...\n\n");
    out_styled(out, STYLE_HEAD, "Commands\n");
    for (size_t i = 0; (command = commands_at(i)) != NULL; i++)
        help_row(out, command);
    out_text(out,
             "  help [COMMAND]     show this, or how a command is used\n\n"
             "Of - (standard input) and of every file one final newline is dropped, and\n"
             "nothing else. Exit status: 0 accepted, 1 refused, 2 the command line cannot be\n"
             "understood, 3 trouble. With --json a refusal is one object on standard error.\n\n");
    out_styled(out, STYLE_HEAD, "Example\n");
    out_text(out, "  lanyard encode --secret-file secret --claim user=manish --exp 900s\n");
}

static void help_option(cli_out *out, const cli_option *option)
{
    char left[OPTION_MAX];

    snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "");
    out_print(out, "  %-*s %s\n", OPTION_COLUMN, left, option->help);
}

void help_command(cli_out *out, const cli_command *command)
{
    const cli_option *option = NULL;

    out_print(out, "lanyard %s - %s\n\n", command->name, command->summary);
    out_styled(out, STYLE_HEAD, "Usage: ");
    out_print(out, "lanyard %s [OPTION]...%s%s\n\n", command->name, *command->words ? " " : "",
              command->words);
    if (command->notes)
        out_print(out, "%s\n\n", command->notes);
    out_styled(out, STYLE_HEAD, "Options\n");
    for (size_t i = 0; (option = options_at(i)) != NULL; i++)
        if (option->groups & (command->groups | GROUP_ALL))
            help_option(out, option);
    out_text(out, "\nOf - (standard input) and of every file one final newline is dropped.\n\n");
    out_styled(out, STYLE_HEAD, "Example\n");
    out_print(out, "  %s\n", command->example);
}

static bool help_is_of(const cli_command *command, const char *word)
{
    size_t len = strlen(word);

    return strncmp(command->name, word, len) == 0 && command->name[len] == ' ';
}

bool help_family(cli_out *out, const char *word)
{
    const cli_command *command = NULL;
    bool has_any = false;

    for (size_t i = 0; (command = commands_at(i)) != NULL; i++) {
        if (!help_is_of(command, word))
            continue;
        if (!has_any)
            out_styled(out, STYLE_HEAD, "Commands\n");
        has_any = true;
        help_row(out, command);
    }
    if (has_any)
        out_print(out, "\nMore: lanyard help %s COMMAND\n", word);
    return has_any;
}
