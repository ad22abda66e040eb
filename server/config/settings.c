/* settings.c - see settings.h. */
#include "config/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

#define TEXT_MAX          4096
#define NUMBER_DIGITS_MAX 15
#define YEAR_S            ((int64_t)366 * 86400)
#define AT(field)         offsetof(srv_config, field)

static const setting setting_rows[] = {
    /* Name, kind, place, default, least, most, whether SIGHUP takes it over, what it is. */
    { "data", SETTING_TEXT, AT(data), "lanyardd-data", 0, 0, false,
      "directory of keys and database" },
    { "listen", SETTING_TEXT, AT(listen), NULL, 0, 0, false, "ADDR:PORT or unix:PATH" },
    { "db", SETTING_TEXT, AT(db), NULL, 0, 0, false,
      "sqlite:PATH or postgresql://..., no password" },
    { "issuer", SETTING_TEXT, AT(issuer), NULL, 0, 0, false, "iss of tokens" },
    { "audience", SETTING_TEXT, AT(audience), NULL, 0, 0, false,
      "aud of tokens; the issuer if not given" },
    { "client-id", SETTING_TEXT, AT(client_id), "first-party", 0, 0, false,
      "client_id of own sessions" },
    { "alg", SETTING_TEXT, AT(alg), "EdDSA", 0, 0, false, "EdDSA, ES256, RS256 or HS256" },
    { "secret-file", SETTING_TEXT, AT(secret_file), NULL, 0, 0, false,
      "file with the secret of HS256" },
    { "tls-cert", SETTING_TEXT, AT(tls_cert), NULL, 0, 0, true, "certificate chain, PEM" },
    { "tls-key", SETTING_TEXT, AT(tls_key), NULL, 0, 0, true, "its key, PEM" },
    { "behind-proxy", SETTING_FLAG, AT(behind_proxy), NULL, 0, 0, false,
      "a proxy in front speaks TLS" },
    { "trusted-proxies", SETTING_BLOCKS, AT(trusted), NULL, 0, 0, true,
      "addresses whose X-Forwarded-For counts: 10.0.0.0/8 ..." },
    { "socket-mode", SETTING_TEXT, AT(socket_mode), "0600", 0, 0, false, "mode of a Unix socket" },
    { "origins", SETTING_TEXT, AT(origins), NULL, 0, 0, true,
      "other origins that may send cookies" },
    { "admin-socket", SETTING_TEXT, AT(admin_socket), NULL, 0, 0, false,
      "admin.sock in data if not given" },
    { "metrics-listen", SETTING_TEXT, AT(metrics_listen), NULL, 0, 0, false,
      "listener of /metrics" },
    { "compat", SETTING_TEXT, AT(compat), NULL, 0, 0, false,
      "x-access-token: the tutorial's tokens" },
    { "compat-secret-file", SETTING_TEXT, AT(compat_secret_file), NULL, 0, 0, false,
      "their SECRET_KEY" },
    { "log", SETTING_TEXT, AT(log), "requests", 0, 0, true, "requests or events" },
    { "timeout-s", SETTING_NUMBER, AT(timeout_s), "15", 1, 300, true,
      "of an idle connection; a request must be here in three times as long" },
    { "access-s", SETTING_NUMBER, AT(access_s), "900", 10, 86400, true, "life of an access token" },
    { "grace-s", SETTING_NUMBER, AT(grace_s), "30", 0, 3600, true,
      "a refresh may be repeated so long" },
    { "idle-s", SETTING_NUMBER, AT(idle_s), "604800", 60, YEAR_S, true,
      "a session unused so long ends" },
    { "absolute-s", SETTING_NUMBER, AT(absolute_s), "2592000", 60, YEAR_S, true,
      "any session ends" },
    { "leeway-s", SETTING_NUMBER, AT(leeway_s), "0", 0, 60, true, "clock skew forgiven" },
    { "reauth-s", SETTING_NUMBER, AT(reauth_s), "300", 10, 86400, true,
      "how recent a password must be" },
    { "rotate-s", SETTING_NUMBER, AT(rotate_s), "2592000", 7200, YEAR_S, true,
      "age of a signing key" },
    { "session-cap", SETTING_NUMBER, AT(session_cap), "100", 1, 10000, true,
      "live sessions of a user" },
    { "password-min", SETTING_NUMBER, AT(password_min), "15", 8, 256, true, "code points" },
    { "hash-workers", SETTING_NUMBER, AT(hash_workers), "0", 0, 256, false,
      "0: one for each core" },
    { "hash-nice", SETTING_NUMBER, AT(hash_nice), "15", 0, 20, false,
      "logins leave the processor to all else; 20: idle" },
    { "hash-queue", SETTING_NUMBER, AT(hash_queue), "0", 0, 65536, false, "0: 8 for each worker" },
    { "db-connections", SETTING_NUMBER, AT(db_connections), "0", 0, 1000, false,
      "0: 4, PostgreSQL 16" },
    { "failures-pair", SETTING_NUMBER, AT(failures_pair), "10", 1, 1000000, true,
      "failed logins a minute of one account from one prefix" },
    { "failures-account", SETTING_NUMBER, AT(failures_account), "30", 1, 1000000, true,
      "of one account" },
    { "failures-prefix", SETTING_NUMBER, AT(failures_prefix), "300", 1, 1000000, true,
      "of one prefix" },
    { "registrations-prefix", SETTING_NUMBER, AT(registrations_prefix), "60", 1, 1000000, true,
      "registrations a minute from one prefix" },
};

#define SETTINGS (sizeof setting_rows / sizeof *setting_rows)

const setting *setting_at(size_t index)
{
    return index < SETTINGS ? &setting_rows[index] : NULL;
}

static bool setting_is_called(const setting *row, lanyard_str name)
{
    size_t len = strlen(row->name);

    for (size_t i = 0; i < len && i < name.len; i++) {
        bool is_dash = row->name[i] == '-' && name.ptr[i] == '_';

        if (!is_dash && name.ptr[i] != row->name[i])
            return false;
    }
    return name.len == len;
}

const setting *setting_find(lanyard_str name)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (setting_is_called(&setting_rows[i], name))
            return &setting_rows[i];
    }
    return NULL;
}

static srv_status setting_fail(const setting *row, const char *what, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s: %s", row->name, what);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

static void *setting_place(const setting *row, srv_config *config)
{
    return (char *)config + row->offset;
}

static const void *setting_value(const setting *row, const srv_config *config)
{
    return (const char *)config + row->offset;
}

/* An empty one is what it is without being set. */
static srv_status setting_set_text(const setting *row, char **place, lanyard_str value,
                                   srv_error *error)
{
    if (value.len == 0)
        value = lanyard_str_of(row->standard);
    if (value.len > TEXT_MAX || !lanyard_str_is_plain(value))
        return setting_fail(row, "expected plain text of at most 4096 bytes", error);

    char *copy = value.len > 0 ? malloc(value.len + 1) : NULL;

    if (value.len > 0 && !copy)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    if (copy) {
        memcpy(copy, value.ptr, value.len);
        copy[value.len] = '\0';
    }
    free(*place);
    *place = copy;
    return SRV_OK;
}

static srv_status setting_set_number(const setting *row, int64_t *place, lanyard_str value,
                                     srv_error *error)
{
    char what[100];
    int64_t number = 0;

    if (srv_number_read(value, NUMBER_DIGITS_MAX, &number) && number >= row->least &&
        number <= row->most) {
        *place = number;
        return SRV_OK;
    }
    snprintf(what, sizeof what, "expected a number from %lld to %lld, found %.*s",
             (long long)row->least, (long long)row->most, value.len < 24 ? (int)value.len : 24,
             value.ptr ? value.ptr : "");
    return setting_fail(row, what, error);
}

static srv_status setting_set_flag(const setting *row, bool *place, lanyard_str value,
                                   srv_error *error)
{
    if (lanyard_str_equal(value, SRV_STR("true")) || lanyard_str_equal(value, SRV_STR("1")))
        *place = true;
    else if (lanyard_str_equal(value, SRV_STR("false")) || lanyard_str_equal(value, SRV_STR("0")))
        *place = false;
    else
        return setting_fail(row, "expected true or false", error);
    return SRV_OK;
}

static srv_status setting_set_blocks(const setting *row, srv_config *config, lanyard_str value,
                                     srv_error *error)
{
    size_t count = 0;

    while (value.len > 0) {
        const char *space = memchr(value.ptr, ' ', value.len);
        size_t len = space ? (size_t)(space - value.ptr) : value.len;

        if (len > 0 && (count == CONFIG_TRUSTED_MAX ||
                        !srv_block_read((lanyard_str){ value.ptr, len }, &config->trusted[count])))
            return setting_fail(row, "expected at most 32 blocks such as 10.0.0.0/8", error);
        count += len > 0;
        value.ptr += len + (space ? 1 : 0);
        value.len -= len + (space ? 1 : 0);
    }
    config->trusted_count = count;
    return SRV_OK;
}

srv_status setting_set(const setting *row, srv_config *config, lanyard_str value, srv_error *error)
{
    switch (row->kind) {
    case SETTING_TEXT:
        return setting_set_text(row, setting_place(row, config), value, error);
    case SETTING_NUMBER:
        return setting_set_number(row, setting_place(row, config), value, error);
    case SETTING_FLAG:
        return setting_set_flag(row, setting_place(row, config), value, error);
    case SETTING_BLOCKS:
        return setting_set_blocks(row, config, value, error);
    }
    return SRV_E_INTERNAL;
}

static bool setting_is_same_blocks(const srv_config *left, const srv_config *right)
{
    if (left->trusted_count != right->trusted_count)
        return false;
    for (size_t i = 0; i < left->trusted_count; i++) {
        const srv_block *one = &left->trusted[i];
        const srv_block *other = &right->trusted[i];

        if (one->bits != other->bits ||
            memcmp(one->base.bytes, other->base.bytes, sizeof one->base.bytes) != 0)
            return false;
    }
    return true;
}

bool setting_is_same(const setting *row, const srv_config *left, const srv_config *right)
{
    const void *one = setting_value(row, left);
    const void *other = setting_value(row, right);
    const char *one_text, *other_text;

    switch (row->kind) {
    case SETTING_NUMBER:
        return *(const int64_t *)one == *(const int64_t *)other;
    case SETTING_FLAG:
        return *(const bool *)one == *(const bool *)other;
    case SETTING_BLOCKS:
        return setting_is_same_blocks(left, right);
    case SETTING_TEXT:
        break;
    }
    one_text = *(char *const *)one;
    other_text = *(char *const *)other;
    return one_text && other_text ? strcmp(one_text, other_text) == 0 : one_text == other_text;
}

static srv_status setting_add(lanyard_buf *out, const char *text)
{
    lanyard_status status = lanyard_buf_add(out, text, strlen(text));

    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, status);
}

static srv_status setting_write_blocks(const srv_config *config, lanyard_buf *out)
{
    char address[SRV_ADDRESS_MAX];
    char text[SRV_ADDRESS_MAX + 8];

    for (size_t i = 0; i < config->trusted_count; i++) {
        const srv_block *block = &config->trusted[i];

        srv_address_write(&block->base, address);

        bool is_v4 = strchr(address, ':') == NULL;

        snprintf(text, sizeof text, "%s%s/%u", i > 0 ? " " : "", address,
                 is_v4 ? block->bits - 96 : block->bits);
        TRY(setting_add(out, text));
    }
    return SRV_OK;
}

srv_status setting_write(const setting *row, const srv_config *config, lanyard_buf *out,
                         bool *is_set)
{
    const void *value = setting_value(row, config);
    const char *text = NULL;
    char number[24];

    *is_set = true;
    if (row->kind == SETTING_BLOCKS) {
        *is_set = config->trusted_count > 0;
        return setting_write_blocks(config, out);
    }
    if (row->kind == SETTING_TEXT)
        text = *(char *const *)value;
    if (row->kind == SETTING_FLAG)
        text = *(const bool *)value ? "true" : "false";
    if (row->kind == SETTING_NUMBER) {
        snprintf(number, sizeof number, "%lld", (long long)*(const int64_t *)value);
        text = number;
    }
    *is_set = text != NULL;
    return text ? setting_add(out, text) : SRV_OK;
}

void setting_done(const setting *row, srv_config *config)
{
    char **place = setting_place(row, config);

    if (row->kind != SETTING_TEXT)
        return;
    free(*place);
    *place = NULL;
}
