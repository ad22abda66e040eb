/* main.c - lanyardd: a command, or the server itself. */
#include <stdio.h>
#include <string.h>
#include <malloc.h>
#include <sys/stat.h>
#include "config/config.h"
#include "serve/check.h"
#include "serve/command.h"
#include "serve/serve.h"

#define OUT_MAX 65536

extern char **environ;

typedef struct main_words { /* the command line, for SIGHUP */
    int argc;
    char **argv;
} main_words;

static int main_fail(const srv_error *error)
{
    fprintf(stderr, "lanyardd: %s\n", error->detail);
    return error->status == SRV_E_CONFIG ? 2 : 1;
}

static srv_status main_read(void *ctx, srv_config *config, srv_error *error)
{
    const main_words *words = ctx;
    config_action action;

    return config_read(words->argc, words->argv, environ, config, &action, error);
}

static srv_status main_print(const srv_config *config, srv_error *error)
{
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, OUT_MAX);

    srv_status status = config ? config_write(config, &out) : config_help(&out);

    if (status != SRV_OK)
        (void)srv_fail(error, status, "no memory");
    else if (fwrite(out.ptr, 1, out.len, stdout) != out.len)
        status = srv_fail(error, SRV_E_INTERNAL, "cannot write to the standard output");
    lanyard_buf_done(&out);
    return status;
}

static void main_tell_stranger(void *ctx, lanyard_str name)
{
    (void)ctx;
    fprintf(stderr, "lanyardd: %.*s is no setting, and is not looked at\n", (int)name.len,
            name.ptr);
}

static srv_status main_do(main_words *words, const srv_config *config, config_action action,
                          srv_error *error)
{
    switch (action) {
    case CONFIG_CHECK:
        TRY(check_config(config, error));
        config_strangers(environ, main_tell_stranger, NULL);
        puts("the configuration is fine");
        return SRV_OK;
    case CONFIG_PRINT:
        return main_print(config, error);
    case CONFIG_HELP:
        puts(
            "usage: lanyardd [OPTION]... [COMMAND ...]\n"
            "  admin ...                users, sessions, keys, clients, audit of a running server\n"
            "  backup FILE              a copy of the database, while the server runs\n"
            "  check-backup FILE        that it is whole\n"
            "  restore FILE [--keep-sessions]\n"
            "  doctor                   that files, keys, schema and clock are as they should be\n"
            "  migrate                  bring the schema up to this program\n"
            "  --config FILE            the same settings from a file\n"
            "  --check-config           say whether they can be used\n"
            "  --print-config           print them as such a file\n"
            "  --version");
        return main_print(NULL, error);
    case CONFIG_VERSION:
        printf("lanyardd %s\n", lanyard_version());
        return SRV_OK;
    case CONFIG_RUN:
        return serve(config, main_read, words, error);
    }
    return SRV_E_INTERNAL;
}

static int main_command(int argc, char **argv)
{
    command_words words;
    srv_config config;
    srv_error error = { .status = SRV_OK };
    config_action action;
    int status;

    if (command_split(argc, argv, &words, &error) != SRV_OK)
        return main_fail(&error);
    if (config_read(words.settings_count, words.settings, environ, &config, &action, &error) ==
        SRV_OK) {
        status = command_run(&config, words.rest_count, words.rest);
        config_done(&config);
    } else {
        status = main_fail(&error);
    }
    command_words_done(&words);
    return status;
}

/* "lanyardd help" and "lanyardd -h" are what many type first. */
static void main_spell_help(int argc, char **argv)
{
    static char help[] = "--help";

    if (argc == 2 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "-h") == 0))
        argv[1] = help;
}

int main(int argc, char **argv)
{
    main_words words = { argc, argv };
    srv_config config;
    srv_error error = { .status = SRV_OK };
    config_action action;

    /* Each arena of malloc keeps memory of its own; many threads that rest share two. */
    mallopt(M_ARENA_MAX, 2);
    umask(077); /* whatever is made here is its owner's alone */
    main_spell_help(argc, argv);
    if (config_words(argc, argv) < argc)
        return main_command(argc, argv);
    if (config_read(argc, argv, environ, &config, &action, &error) != SRV_OK)
        return main_fail(&error);

    srv_status status = main_do(&words, &config, action, &error);

    config_done(&config);
    return status == SRV_OK ? 0 : main_fail(&error);
}
