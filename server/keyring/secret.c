/* secret.c - the secret that the operator gives (HS256): its file, and its name. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "keyring/ring.h"

#define SECRET_MAX      4096
#define SECRET_NAME_LEN 12

static srv_status secret_fail(const keyring *ring, const char *what, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "the secret's file %s %s", ring->secret_path, what);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

static srv_status secret_read_file(const keyring *ring, char text[SECRET_MAX + 1], size_t *len,
                                   srv_error *error)
{
    int file = open(ring->secret_path, O_RDONLY | O_CLOEXEC);
    struct stat info = { .st_mode = 0 };

    if (file < 0)
        return secret_fail(ring, strerror(errno), error);

    ssize_t got = fstat(file, &info) == 0 ? read(file, text, SECRET_MAX + 1) : -1;

    close(file);
    if (got < 0 || got > SECRET_MAX)
        return secret_fail(ring, "cannot be read, or is too long", error);
    if ((info.st_mode & 007) != 0)
        return secret_fail(ring, "may be read by everybody: chmod 640 it", error);
    /* Editors end the last line; nobody means that as part of the secret. */
    if (got > 0 && text[got - 1] == '\n')
        got--;
    *len = (size_t)got;
    return SRV_OK;
}

/* A name that tells nothing: without the master key nobody can guess secrets against it. */
static srv_status secret_name(const keyring *ring, lanyard_bytes secret, char kid[KID_MAX])
{
    uint8_t key[SRV_KEY_LEN];
    uint8_t mac[SRV_SHA256_LEN];

    TRY(srv_derive(SRV_BYTES(ring->masters.keys[0].key), "name given secrets", key));

    srv_status status = srv_hmac(key, secret, mac);
    int len = snprintf(kid, KID_MAX, "given-");

    srv_wipe(key, sizeof key);
    srv_base64url_write((lanyard_bytes){ mac, SECRET_NAME_LEN }, kid + len);
    kid[(size_t)len + SRV_BASE64URL_LEN(SECRET_NAME_LEN)] = '\0';
    return status;
}

static srv_status secret_take(keyring *ring, const char *text, size_t len, srv_error *error)
{
    char kid[KID_MAX];
    lanyard_key *key = NULL;

    TRY(secret_name(ring, (lanyard_bytes){ (const uint8_t *)text, len }, kid));

    lanyard_status status = lanyard_key_read(
        text, len, LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = ring->alg, .kid = kid), NULL,
        &key, NULL);

    if (status == LANYARD_E_KEY_WEAK)
        return secret_fail(ring, "holds less than 32 bytes (RFC 7518, 3.2)", error);
    if (status != LANYARD_OK)
        return secret_fail(ring, "holds no usable secret", error);
    lanyard_key_free(ring->given);
    ring->given = key;
    memcpy(ring->given_kid, kid, sizeof kid);
    ring->rules.given_kid = ring->given_kid;
    return SRV_OK;
}

srv_status ring_read_secret(keyring *ring, srv_error *error)
{
    char text[SECRET_MAX + 1];
    size_t len = 0;
    srv_status status = secret_read_file(ring, text, &len, error);

    if (status == SRV_OK)
        status = secret_take(ring, text, len, error);
    srv_wipe(text, sizeof text);
    return status;
}
