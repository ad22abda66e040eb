/* config.c - see config.h. */
#include "config/config.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "config/file.h"
#include "config/settings.h"

#define VARIABLE_PREFIX "LANYARD_"
#define KEY_PUBLISHED_S 3600 /* before it signs */

typedef struct config_word { /* of the command line: --name, or --name=value */
    lanyard_str name;
    lanyard_str value; /* NULL ptr: none behind "=" */
} config_word;

static srv_status config_fail(const char *what, lanyard_str name, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s%.*s", what, name.len < 60 ? (int)name.len : 60, name.ptr);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

static srv_status config_defaults(srv_config *config, srv_error *error)
{
    const setting *row;

    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        if (row->standard)
            TRY(setting_set(row, config, lanyard_str_of(row->standard), error));
    }
    return SRV_OK;
}

/* "TLS_CERT" for "tls-cert". */
static bool config_is_variable(const char *entry, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++) {
        bool is_dash = name[i] == '-' && entry[i] == '_';
        bool is_letter = srv_lower(entry[i]) == name[i] && (entry[i] < 'a' || entry[i] > 'z');

        if (!is_dash && !is_letter)
            return false;
    }
    return entry[len] == '=';
}

/* The value of LANYARD_TLS_CERT for "tls-cert", or NULL. */
static const char *config_variable(char **environment, const char *name)
{
    size_t prefix = strlen(VARIABLE_PREFIX);

    for (; *environment; environment++) {
        const char *entry = *environment;

        if (strncmp(entry, VARIABLE_PREFIX, prefix) == 0 &&
            config_is_variable(entry + prefix, name))
            return entry + prefix + strlen(name) + 1;
    }
    return NULL;
}

static bool config_knows(const char *entry)
{
    const setting *row;
    bool is_known = config_is_variable(entry, "config");

    for (size_t i = 0; !is_known && (row = setting_at(i)) != NULL; i++)
        is_known = config_is_variable(entry, row->name);
    return is_known;
}

void config_strangers(char **environment, void (*each)(void *ctx, lanyard_str name), void *ctx)
{
    size_t prefix = strlen(VARIABLE_PREFIX);

    for (; *environment; environment++) {
        if (strncmp(*environment, VARIABLE_PREFIX, prefix) == 0 &&
            !config_knows(*environment + prefix))
            each(ctx, (lanyard_str){ *environment, strcspn(*environment, "=") });
    }
}

static srv_status config_environment(char **environment, srv_config *config, srv_error *error)
{
    const setting *row;

    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        const char *value = config_variable(environment, row->name);

        if (value)
            TRY(setting_set(row, config, lanyard_str_of(value), error));
    }
    return SRV_OK;
}

static bool config_word_read(const char *text, config_word *word)
{
    const char *mark = strchr(text, '=');

    if (strncmp(text, "--", 2) != 0 || text[2] == '\0')
        return false;
    word->name = (lanyard_str){ text + 2, mark ? (size_t)(mark - text - 2) : strlen(text) - 2 };
    word->value = mark ? lanyard_str_of(mark + 1) : (lanyard_str){ NULL, 0 };
    return true;
}

static bool config_is_action(lanyard_str name, config_action *action)
{
    static const struct {
        const char *name;
        config_action action;
    } rows[] = {
        { "check-config", CONFIG_CHECK },
        { "print-config", CONFIG_PRINT },
        { "help", CONFIG_HELP },
        { "version", CONFIG_VERSION },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (lanyard_str_equal(name, lanyard_str_of(rows[i].name))) {
            *action = rows[i].action;
            return true;
        }
    }
    return false;
}

/* The value of an option: behind "=", or the next word; a flag may go without. */
static srv_status config_value(const config_word *word, const setting *row, int argc, char **argv,
                               int *at, lanyard_str *value, srv_error *error)
{
    *value = word->value;
    if (word->value.ptr)
        return SRV_OK;
    if (row && row->kind == SETTING_FLAG) {
        *value = SRV_STR("true");
        return SRV_OK;
    }
    if (*at + 1 >= argc)
        return config_fail("a value is missing after --", word->name, error);
    *value = lanyard_str_of(argv[++*at]);
    return SRV_OK;
}

/* With path: takes --config only; else sets the rest. */
static srv_status config_option(const config_word *word, int argc, char **argv, int *at,
                                srv_config *config, const char **path, srv_error *error)
{
    bool is_path = lanyard_str_equal(word->name, SRV_STR("config"));
    const setting *row = setting_find(word->name);
    lanyard_str value;

    if (!is_path && !row)
        return config_fail("no option is called --", word->name, error);
    TRY(config_value(word, row, argc, argv, at, &value, error));
    if (is_path && path)
        *path = value.ptr;
    return is_path || path ? SRV_OK : setting_set(row, config, value, error);
}

/* Walks the command line: for --config and the action (path given), or for the rest. */
static srv_status config_options(int argc, char **argv, srv_config *config, config_action *action,
                                 const char **path, srv_error *error)
{
    for (int i = 1; i < argc; i++) {
        config_word word;

        if (!config_word_read(argv[i], &word))
            return config_fail("expected an option, found ", lanyard_str_of(argv[i]), error);
        if (!config_is_action(word.name, action))
            TRY(config_option(&word, argc, argv, &i, config, path, error));
    }
    return SRV_OK;
}

int config_words(int argc, char **argv)
{
    int at = 1;

    while (at < argc) {
        config_word word;
        config_action action;
        const setting *row;

        if (!config_word_read(argv[at], &word))
            return at;
        row = setting_find(word.name);
        at++;
        if (!word.value.ptr && !config_is_action(word.name, &action) &&
            (!row || row->kind != SETTING_FLAG))
            at++;
    }
    return argc;
}

/* A password in --db would stand in the list of processes: libpq's passfile is for it. */
static bool config_has_password(const char *db)
{
    const char *start = db ? strstr(db, "://") : NULL;
    const char *at = start ? strchr(start + 3, '@') : NULL;
    const char *colon = start ? strchr(start + 3, ':') : NULL;
    const char *slash = start ? strchr(start + 3, '/') : NULL;

    if (!start)
        return false;
    if (strstr(db, "password="))
        return true;
    return at && colon && colon < at && (!slash || slash > at);
}

typedef struct config_rule {
    bool is_broken;
    const char *what;
} config_rule;

static bool config_is_one_of(const char *text, const char *const *list)
{
    for (; *list; list++) {
        if (text && strcmp(text, *list) == 0)
            return true;
    }
    return false;
}

static srv_status config_check(const srv_config *config, srv_error *error)
{
    static const char *const algs[] = { "EdDSA", "ES256", "RS256", "HS256", NULL };
    static const char *const logs[] = { "requests", "events", NULL };
    bool is_hmac = config->alg && strcmp(config->alg, "HS256") == 0;
    const config_rule rules[] = {
        { !config->data, "data: a directory is needed" },
        { config_has_password(config->db), "db: no password here; use libpq's passfile" },
        { !config_is_one_of(config->alg, algs), "alg: expected EdDSA, ES256, RS256 or HS256" },
        { !config_is_one_of(config->log, logs), "log: expected requests or events" },
        { is_hmac && !config->secret_file, "secret-file: HS256 needs one" },
        { !is_hmac && config->secret_file, "secret-file: for HS256 only" },
        { !config->tls_cert != !config->tls_key, "tls-cert and tls-key: both or neither" },
        { config->compat && strcmp(config->compat, "x-access-token") != 0,
          "compat: expected x-access-token" },
        { !config->compat != !config->compat_secret_file,
          "compat and compat-secret-file: both or neither" },
        { config->trusted_count > 0 && !config->behind_proxy,
          "trusted-proxies: only with behind-proxy" },
        { config->idle_s > config->absolute_s, "idle-s: longer than absolute-s" },
        { config->rotate_s < KEY_PUBLISHED_S + config->access_s,
          "rotate-s: shorter than an hour and access-s" },
        { config->access_s > config->idle_s, "access-s: longer than idle-s" },
        { !config->client_id, "client-id: must not be empty" },
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].is_broken)
            return srv_fail(error, SRV_E_CONFIG, rules[i].what);
    }
    return SRV_OK;
}

static srv_status config_sources(const char *path, char **environment, srv_config *config,
                                 srv_error *error)
{
    TRY(config_defaults(config, error));
    TRY(path ? config_file_read(path, config, error) : SRV_OK);
    return config_environment(environment, config, error);
}

static srv_status config_fill(int argc, char **argv, char **environment, srv_config *config,
                              config_action *action, srv_error *error)
{
    const char *path = config_variable(environment, "config");

    *action = CONFIG_RUN;
    TRY(config_options(argc, argv, config, action, &path, error));
    TRY(config_sources(path, environment, config, error));
    TRY(config_options(argc, argv, config, action, NULL, error));
    return *action >= CONFIG_HELP ? SRV_OK : config_check(config, error);
}

srv_status config_read(int argc, char **argv, char **environment, srv_config *config,
                       config_action *action, srv_error *error)
{
    *config = (srv_config){ .data = NULL };

    srv_status status = config_fill(argc, argv, environment, config, action, error);

    if (status != SRV_OK)
        config_done(config);
    return status;
}

static srv_status config_add(lanyard_buf *out, const char *text)
{
    lanyard_status status = lanyard_buf_add(out, text, strlen(text));

    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, status);
}

static srv_status config_write_row(const setting *row, const srv_config *config, lanyard_buf *out)
{
    size_t start = out->len;
    bool is_set = false;
    bool is_quoted = row->kind == SETTING_TEXT || row->kind == SETTING_BLOCKS;

    TRY(config_add(out, row->name));
    TRY(config_add(out, is_quoted ? " = \"" : " = "));
    TRY(setting_write(row, config, out, &is_set));
    if (is_set)
        return config_add(out, is_quoted ? "\"\n" : "\n");
    lanyard_buf_cut(out, start);
    return SRV_OK;
}

srv_status config_write(const srv_config *config, lanyard_buf *out)
{
    const setting *row;

    for (size_t i = 0; (row = setting_at(i)) != NULL; i++)
        TRY(config_write_row(row, config, out));
    return SRV_OK;
}

srv_status config_help(lanyard_buf *out)
{
    const setting *row;
    char line[160];

    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        snprintf(line, sizeof line, "  --%-22s %s%s%s%s\n", row->name, row->what,
                 row->standard ? " [" : "", row->standard ? row->standard : "",
                 row->standard ? "]" : "");
        TRY(config_add(out, line));
    }
    return SRV_OK;
}

void config_done(srv_config *config)
{
    const setting *row;

    for (size_t i = 0; (row = setting_at(i)) != NULL; i++)
        setting_done(row, config);
}
