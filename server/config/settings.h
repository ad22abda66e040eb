/* settings.h - the table of settings: a name, a kind, where it is kept, its bounds and default. */
#ifndef SERVER_CONFIG_SETTINGS_H
#define SERVER_CONFIG_SETTINGS_H

#include "config/config.h"

typedef enum setting_kind {
    SETTING_TEXT,
    SETTING_NUMBER,
    SETTING_FLAG,
    SETTING_BLOCKS
} setting_kind;

typedef struct setting {
    const char *name; /* "tls-cert": --tls-cert, LANYARD_TLS_CERT, tls-cert in a file */
    setting_kind kind;
    size_t offset;
    const char *standard; /* the default as text; NULL: none */
    int64_t least;
    int64_t most;
    bool is_live; /* may change while the server runs */
    const char *what;
} setting;

/* Iterate from 0; NULL past the end. */
const setting *setting_at(size_t index);
/* NULL: no such name. "_" is as good as "-". */
const setting *setting_find(lanyard_str name);

/* Sets it. E_CONFIG, naming the setting; E_NO_MEMORY. */
SRV_CHECK srv_status setting_set(const setting *row, srv_config *config, lanyard_str value,
                                 srv_error *error);
/* Appends the value as text; *is_set false: it has none. */
SRV_CHECK srv_status setting_write(const setting *row, const srv_config *config, lanyard_buf *out,
                                   bool *is_set);
bool setting_is_same(const setting *row, const srv_config *left, const srv_config *right);
void setting_done(const setting *row, srv_config *config);

#endif
