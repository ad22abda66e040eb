/* client.c - see client.h. */
#include "api/client.h"

#include <string.h>
#include "api/caller.h"
#include "base/text.h"

#define BASIC_MAX 512

/* RFC 4648, 4, with its padding: what Basic uses, unlike all else here. false: anything else. */
static bool client_read_base64(lanyard_str text, char *out, size_t max, size_t *len)
{
    char copy[BASIC_MAX * 4 / 3 + 8];

    if (text.len % 4 != 0 || text.len >= sizeof copy)
        return false;
    while (text.len > 0 && text.ptr[text.len - 1] == '=' && text.len % 4 != 2)
        text.len--;
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return srv_base64_read(copy, text.len, (uint8_t *)out, max, len);
}

typedef struct client_proof {
    char text[BASIC_MAX]; /* of id and secret, decoded in place */
    lanyard_str id;
    lanyard_str secret;
} client_proof;

/* Both halves are form-encoded before they are joined (RFC 6749, 2.3.1). */
static bool client_split_proof(client_proof *proof, size_t len)
{
    const char *colon = memchr(proof->text, ':', len);

    if (!colon)
        return false;

    size_t id_len = (size_t)(colon - proof->text);
    char *secret = proof->text + id_len + 1;

    proof->id.ptr = proof->text;
    proof->secret.ptr = secret;
    return http_unescape((lanyard_str){ proof->text, id_len }, true, proof->text, &proof->id.len) &&
           http_unescape((lanyard_str){ secret, len - id_len - 1 }, true, secret,
                         &proof->secret.len);
}

static bool client_read_proof(const api_call *call, client_proof *proof)
{
    size_t count, len = 0;
    lanyard_str header = http_header(call->request, "Authorization", &count);

    if (count != 1 || header.len < 6 || header.ptr[5] != ' ' ||
        !http_same((lanyard_str){ header.ptr, 5 }, "Basic"))
        return false;

    lanyard_str text = http_trim((lanyard_str){ header.ptr + 6, header.len - 6 });

    return client_read_base64(text, proof->text, sizeof proof->text, &len) &&
           client_split_proof(proof, len);
}

typedef struct client_search {
    char id[CLIENT_ID_MAX];
    client_row row;
    audit_row failure;
} client_search;

static srv_status client_search_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_search *search = ctx;

    (void)error;
    return store_client_get(txn, search->id, &search->row);
}

static srv_status client_failure_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_search *search = ctx;

    (void)error;
    return store_audit_add(txn, &search->failure);
}

/* Both secrets are looked at, whatever the first says. */
static bool client_fits(const client_row *row, lanyard_str secret)
{
    uint8_t hash[SRV_SHA256_LEN];
    bool fits = false;

    if (srv_sha256(SRV_BYTES_OF(secret), hash) != SRV_OK)
        return false;
    for (int i = 0; i < 2; i++)
        fits |= srv_equal(hash, row->secret_hash[i], sizeof hash) && row->has_secret[i];
    return fits && row->disabled_at == 0;
}

static srv_status client_note_failure(const api_call *call, client_search *search,
                                      const limits_taken *taken, srv_error *error)
{
    limits_charge(call->api->limits, taken, srv_monotonic());
    search->failure = (audit_row){ .event = AUDIT_CLIENT_FAILED };
    srv_address_write(&call->request->peer, search->failure.address);
    TRY(store_write(call->api->store, client_failure_job, search, error));
    return srv_fail(error, SRV_E_INVALID_CLIENT, "client authentication failed");
}

static srv_status client_judge(api_call *call, const client_proof *proof, srv_error *error)
{
    client_search search = { .id = "" };
    limits_taken taken;

    if (!srv_copy(proof->id, search.id, sizeof search.id))
        return srv_fail(error, SRV_E_INVALID_CLIENT, "client authentication failed");
    TRY(limits_look(call->api->limits, proof->id, &call->request->peer, srv_monotonic(), &taken,
                    error));

    srv_status status = store_read(call->api->store, client_search_job, &search, error);

    if (status == SRV_E_NOT_FOUND || (status == SRV_OK && !client_fits(&search.row, proof->secret)))
        return client_note_failure(call, &search, &taken, error);
    call->client = search.row;
    return status;
}

srv_status client_find(api_call *call, srv_error *error)
{
    client_proof proof = { .text = "" };
    srv_status status = SRV_E_INVALID_CLIENT;

    if (client_read_proof(call, &proof))
        status = client_judge(call, &proof, error);
    else
        (void)srv_fail(error, status, "expected Authorization: Basic, of client id and secret");
    srv_wipe(&proof, sizeof proof);
    return status;
}

bool client_may(const api_call *call, const char *scope)
{
    return caller_has(call->client.scopes, lanyard_str_of(scope));
}
