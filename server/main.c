/* main.c - lanyardd: a command, or the server itself. */
#include <stdio.h>
#include <string.h>
#include <malloc.h>
#include "admin/admin.h"
#include "config/config.h"
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

    if (status == SRV_OK)
        fwrite(out.ptr, 1, out.len, stdout);
    else
        (void)srv_fail(error, status, "no memory");
    lanyard_buf_done(&out);
    return status;
}

static srv_status main_do(main_words *words, const srv_config *config, config_action action,
                          srv_error *error)
{
    switch (action) {
    case CONFIG_CHECK:
        puts("the configuration is fine");
        return SRV_OK;
    case CONFIG_PRINT:
        return main_print(config, error);
    case CONFIG_HELP:
        puts(
            "usage: lanyardd [OPTION]... [COMMAND ...]\n"
            "  admin                    users, sessions, keys, clients, audit of a running server\n"
            "  --config FILE            the same settings from a file\n"
            "  --check-config           say whether they can be used\n"
            "  --print-config           print them as such a file");
        return main_print(NULL, error);
    case CONFIG_RUN:
        return serve(config, main_read, words, error);
    }
    return SRV_E_INTERNAL;
}

/* lanyardd [OPTION]... COMMAND ...: what stands behind the options. */
typedef struct main_command {
    const char *name;
    int (*run)(const srv_config *config, int argc, char **argv);
} main_command;

static int main_admin(const srv_config *config, int argc, char **argv)
{
    char path[4096];

    if (config->admin_socket)
        return admin_command(config->admin_socket, argc, argv);
    snprintf(path, sizeof path, "%.4000s/admin.sock", config->data);
    return admin_command(path, argc, argv);
}

static const main_command main_commands[] = {
    { "admin", main_admin },
};

#define COMMANDS (sizeof main_commands / sizeof *main_commands)

static int main_run_command(const srv_config *config, int argc, char **argv)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(main_commands[i].name, argv[0]) == 0)
            return main_commands[i].run(config, argc - 1, argv + 1);
    }
    fprintf(stderr, "lanyardd: no command is called %s\n", argv[0]);
    return 2;
}

int main(int argc, char **argv)
{
    int options = config_words(argc, argv);
    main_words words = { options, argv };
    srv_config config;
    srv_error error = { .status = SRV_OK };
    config_action action;
    int status;

    /* Each arena of malloc keeps memory of its own; many threads that rest share two. */
    mallopt(M_ARENA_MAX, 2);
    if (config_read(options, argv, environ, &config, &action, &error) != SRV_OK)
        return main_fail(&error);
    if (options < argc)
        status = main_run_command(&config, argc - options, argv + options);
    else
        status = main_do(&words, &config, action, &error) == SRV_OK ? 0 : main_fail(&error);
    config_done(&config);
    return status;
}
