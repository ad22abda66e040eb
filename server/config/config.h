/* config.h - what the operator says: options, LANYARD_* variables, and a file, in this order of
 * precedence, all under the same names. Secrets by file only.
 *
 * Yours; config_done() gives the texts back. main.c turns it into the options of each module; no
 * module looks at it. The names, kinds and defaults are one table, config/settings.c.
 */
#ifndef SERVER_CONFIG_CONFIG_H
#define SERVER_CONFIG_CONFIG_H

#include <stdbool.h>
#include "base/address.h"
#include "base/status.h"
#include "base/time.h"

#define CONFIG_TRUSTED_MAX 32

typedef struct srv_config {
    char *data;   /* made 0700 when missing */
    char *listen; /* NULL: 127.0.0.1, first free port from 8080 */
    char *db;     /* NULL: SQLite in data */
    char *issuer; /* NULL: made at first start and kept */
    char *audience;
    char *client_id; /* of first-party sessions */
    char *alg;
    char *secret_file; /* of HS256 */
    char *tls_cert;
    char *tls_key;
    char *admin_socket; /* NULL: data/admin.sock */
    char *metrics_listen;
    char *socket_mode; /* octal, of a Unix socket */
    char *origins;     /* pages of other origins that may use cookies, one space between */
    char *compat;      /* "x-access-token" or NULL */
    char *compat_secret_file;
    char *log; /* "requests" or "events" */
    bool behind_proxy;
    srv_block trusted[CONFIG_TRUSTED_MAX];
    size_t trusted_count;
    int64_t access_s, grace_s, idle_s, absolute_s, leeway_s, reauth_s, rotate_s;
    int64_t session_cap, password_min, hash_workers, hash_nice, hash_queue, db_connections,
        timeout_s;
    int64_t failures_pair, failures_account, failures_prefix, registrations_prefix;
} srv_config;

typedef enum config_action {
    CONFIG_RUN,
    CONFIG_CHECK,
    CONFIG_PRINT,
    CONFIG_HELP, /* these look at no setting */
    CONFIG_VERSION
} config_action;

/* E_CONFIG: the detail names option, file and line, and the value unless it may be a secret. */
SRV_CHECK srv_status config_read(int argc, char **argv, char **environment, srv_config *config,
                                 config_action *action, srv_error *error);
/* The place of the first word that is no option: a command, such as "admin". argc: there is none.
 */
int config_words(int argc, char **argv);
/* Calls each for every LANYARD_ variable that is no setting: a slip, or another program's. */
void config_strangers(char **environment, void (*each)(void *ctx, lanyard_str name), void *ctx);
/* As a file that gives the same. */
SRV_CHECK srv_status config_write(const srv_config *config, lanyard_buf *out);
/* The options, one a line, for --help. */
SRV_CHECK srv_status config_help(lanyard_buf *out);
void config_done(srv_config *config);

#endif
