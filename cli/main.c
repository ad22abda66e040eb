/* main.c - lanyard: the table of commands, and the run of one of them. */
#include "commands.h"
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "help.h"
#include "refusal.h"
#include "suggest.h"
#include "times.h"

#define NAME_MAX_LEN 64

static const cli_command *const commands[] = {
    &command_encode,       &command_decode,         &command_inspect,
    &command_explain,      &command_sign,           &command_verify,
    &command_key_generate, &command_key_show,       &command_key_convert,
    &command_key_public,   &command_key_thumbprint, &command_jwks_make,
    &command_jwks_add,     &command_jwks_check,     &command_policy_lint,
    &command_audit,        &command_algs,           NULL,
};

const cli_command *commands_at(size_t index)
{
    return commands[index];
}

static const cli_command *command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* "key generate" of the words, when there is such a command, else "key". *used: how many. */
static const cli_command *command_of_words(int count, char **words, int *used)
{
    char name[NAME_MAX_LEN];

    *used = 2;
    if (count >= 2 && snprintf(name, sizeof name, "%s %s", words[0], words[1]) < NAME_MAX_LEN &&
        command_find(name))
        return command_find(name);
    *used = 1;
    return command_find(words[0]);
}

/* Of two words both are compared with the commands that have two. */
static void command_suggest(cli_suggestion *suggestion, char **words, const char *both,
                            bool is_family)
{
    static const char *const others[] = { "help", "key", "jwks", "policy" };

    for (size_t i = 0; commands[i]; i++) {
        bool has_two = strchr(commands[i]->name, ' ') != NULL;

        if (has_two ? both[0] : !is_family)
            suggest_try(suggestion, has_two ? both : words[0], commands[i]->name);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others && !is_family; i++)
        suggest_try(suggestion, words[0], others[i]);
}

static int command_unknown(cli_run *run, int count, char **words)
{
    cli_suggestion suggestion = { 0 };
    char both[NAME_MAX_LEN] = "";
    bool is_family = help_family(&(cli_out){ .is_broken = true }, words[0]);

    if (words[0][0] == '-')
        return refuse_usage(run, "the command comes first, then its options; try: lanyard help");
    if (is_family && (count < 2 || words[1][0] == '-'))
        return refuse_usage(run, "%s needs a second word; try: lanyard help %s", words[0],
                            words[0]);
    if (count > 1)
        snprintf(both, sizeof both, "%s %s", words[0], words[1]);
    command_suggest(&suggestion, words, both, is_family);
    refuse_word(run, "there is no command", is_family ? both : words[0], suggestion.word);
    if (!suggestion.word && !run->is_json)
        out_text(&run->err, "Try: lanyard help\n");
    return CLI_USAGE;
}

static int option_unknown(cli_run *run, const cli_options_fault *fault)
{
    cli_suggestion suggestion = { 0 };
    const cli_option *option = NULL;
    char word[NAME_MAX_LEN];
    char suggested[NAME_MAX_LEN];
    size_t len = strcspn(fault->word, "=");

    snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1),
             fault->word);
    for (size_t i = 0; (option = options_at(i)) != NULL; i++)
        if (option->groups & (run->command->groups | GROUP_ALL))
            suggest_try(&suggestion, word + strspn(word, "-"), option->name);
    if (!suggestion.word)
        return refuse_word(run, "there is no option", word, NULL);
    snprintf(suggested, sizeof suggested, "--%s", suggestion.word);
    return refuse_word(run, "there is no option", word, suggested);
}

/* With --json the page that was just written becomes a member of an object. */
static int run_say(cli_run *run, const char *name)
{
    cli_out page = run->out;

    if (!run->is_json)
        return CLI_ACCEPTED;
    lanyard_buf_init(&run->out.buf, NULL, LANYARD_LIMIT_CEILING);
    out_text(&run->out, "{");
    out_json_name(&run->out, name);
    out_json_str(&run->out, (lanyard_str){ page.buf.ptr, page.buf.len });
    out_text(&run->out, "}\n");
    out_done(&page);
    return CLI_ACCEPTED;
}

/* --json may stand among the words that help is asked for. *count: what is left of them. */
static void run_drop_json(int *count, char **words)
{
    int left = 0;

    for (int i = 0; i < *count; i++)
        if (strcmp(words[i], "--json") != 0)
            words[left++] = words[i];
    *count = left;
}

static int run_help(cli_run *run, int count, char **words)
{
    int used = 0;

    run_drop_json(&count, words);
    if (count == 0) {
        help_all(&run->out);
        return run_say(run, "help");
    }
    run->command = command_of_words(count, words, &used);
    if (run->command) {
        help_command(&run->out, run->command);
        return run_say(run, "help");
    }
    if (count == 1 && help_family(&run->out, words[0]))
        return run_say(run, "help");
    return command_unknown(run, count, words);
}

static int run_check_words(cli_run *run)
{
    const cli_command *command = run->command;

    if (run->words_count < command->words_min)
        return refuse_usage(run, "a word is missing: %s", command->words);
    if (run->words_count > command->words_max)
        return refuse_usage(run, "too many words: expected %s",
                            *command->words ? command->words : "options only");
    return CLI_ACCEPTED;
}

static int run_check_time(cli_run *run)
{
    run->now = lanyard_now();
    if (!run->options.at || time_read_moment(run->options.at, &run->now))
        return CLI_ACCEPTED;
    return refuse_usage(run,
                        "--at: expected a time such as 2030-01-31T12:00:00Z or seconds since "
                        "1970, found %.100s",
                        run->options.at);
}

static int run_options(cli_run *run, int argc, char **argv)
{
    cli_options_fault fault = { .text = "" };
    int first = 0;

    if (!options_read(argc, argv, run->command->groups, &run->options, &first, &fault)) {
        if (fault.is_no_memory)
            return refuse_no_memory(run);
        return fault.is_unknown ? option_unknown(run, &fault) : refuse_usage(run, "%s", fault.text);
    }
    run->is_json = run->options.json;
    if (run->options.help) {
        help_command(&run->out, run->command);
        return run_say(run, "help");
    }
    run->words = (const char *const *)argv + first;
    run->words_count = (size_t)(argc - first);
    TRY(run_check_words(run));
    TRY(run_check_time(run));
    return run->command->run(run);
}

static bool word_is(const char *word, const char *name, const char *other)
{
    return strcmp(word, name) == 0 || strcmp(word, other) == 0;
}

static int run_words(cli_run *run, int argc, char **argv)
{
    int used = 0;

    /* Said early, so that an error in what stands before it is an object, too. */
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        run->is_json = run->is_json || strcmp(argv[i], "--json") == 0;
    run->out.is_colored = run->out.is_colored && !run->is_json;
    if (argc < 2)
        return refuse_usage(run, "which command? Try: lanyard help");
    if (word_is(argv[1], "--version", "-V")) {
        out_print(&run->out, run->is_json ? "%s" : "lanyard %s\n", lanyard_version());
        return run_say(run, "version");
    }
    if (word_is(argv[1], "--help", "-h"))
        return run_help(run, 0, NULL);
    if (strcmp(argv[1], "help") == 0)
        return run_help(run, argc - 2, argv + 2);
    run->command = command_of_words(argc - 1, argv + 1, &used);
    if (!run->command && argc > 2 && word_is(argv[2], "--help", "-h"))
        return run_help(run, 1, argv + 1);
    if (!run->command)
        return command_unknown(run, argc - 1, argv + 1);
    return run_options(run, argc - used, argv + used);
}

/* Standard output whole or not at all, and what went wrong in the end. */
static int run_finish(cli_run *run, int exit_status)
{
    int failed = 0;

    if (run->out.is_broken || run->err.is_broken || run->warnings.is_broken) {
        exit_status = refuse_no_memory(run);
    } else {
        failed = out_write(STDOUT_FILENO, run->out.buf.ptr, run->out.buf.len);
        if (failed != 0)
            exit_status = refuse_trouble(run, "standard output: %s", strerror(failed));
    }
    refuse_flush_warnings(run);
    out_write(STDERR_FILENO, run->err.buf.ptr, run->err.buf.len);
    out_done(&run->out);
    out_done(&run->err);
    out_done(&run->warnings);
    options_done(&run->options);
    return exit_status;
}

int main(int argc, char **argv)
{
    cli_run run = { 0 };

    /* A reader that has gone is an error to tell, not a reason to die. */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setlocale(LC_CTYPE, "");
    out_init(&run.out, STDOUT_FILENO);
    out_init(&run.err, STDERR_FILENO);
    lanyard_buf_init(&run.warnings.buf, NULL, LANYARD_LIMIT_CEILING);
    return run_finish(&run, run_words(&run, argc, argv));
}
