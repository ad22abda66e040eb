/* csrf.c - see csrf.h. */
#include "api/csrf.h"

#include <string.h>
#include "api/caller.h"
#include "base/text.h"

#define CSRF_LEN (CSRF_RANDOM_LEN + SRV_SHA256_LEN)

_Static_assert(SRV_BASE64URL_LEN(CSRF_LEN) + 1 == CSRF_TEXT_MAX, "the text and its NUL");

static srv_status csrf_mac(const srv_api *api, const srv_id *sid, const uint8_t *random,
                           uint8_t mac[SRV_SHA256_LEN])
{
    uint8_t message[SRV_ID_LEN + CSRF_RANDOM_LEN];

    memcpy(message, sid->bytes, SRV_ID_LEN);
    memcpy(message + SRV_ID_LEN, random, CSRF_RANDOM_LEN);
    return srv_hmac(api->csrf_key, (lanyard_bytes){ message, sizeof message }, mac);
}

srv_status csrf_write(const srv_api *api, const srv_id *sid, char out[CSRF_TEXT_MAX])
{
    uint8_t token[CSRF_LEN];

    TRY(srv_random(token, CSRF_RANDOM_LEN));
    TRY(csrf_mac(api, sid, token, token + CSRF_RANDOM_LEN));
    srv_base64url_write((lanyard_bytes){ token, sizeof token }, out);
    out[CSRF_TEXT_MAX - 1] = '\0';
    return SRV_OK;
}

static bool csrf_is_bound(const srv_api *api, lanyard_str text, const srv_id *sid)
{
    uint8_t token[CSRF_LEN];
    uint8_t mac[SRV_SHA256_LEN];
    size_t len = 0;

    return srv_base64url_read(text, token, sizeof token, &len) && len == CSRF_LEN &&
           csrf_mac(api, sid, token, mac) == SRV_OK &&
           srv_equal(mac, token + CSRF_RANDOM_LEN, sizeof mac);
}

/* "https://" and the Host that the request came to. */
static bool csrf_is_own(const http_request *request, lanyard_str origin)
{
    lanyard_str scheme = request->is_secure ? SRV_STR("https://") : SRV_STR("http://");
    lanyard_str host = http_header(request, "Host", NULL);

    return origin.len == scheme.len + host.len && memcmp(origin.ptr, scheme.ptr, scheme.len) == 0 &&
           memcmp(origin.ptr + scheme.len, host.ptr, host.len) == 0;
}

srv_status csrf_check_origin(const api_call *call, srv_error *error)
{
    size_t origins, sites;
    lanyard_str origin = http_header(call->request, "Origin", &origins);
    lanyard_str site = http_header(call->request, "Sec-Fetch-Site", &sites);
    bool is_same_site = sites == 1 && lanyard_str_equal(site, SRV_STR("same-origin"));
    const char *others = call->api->origins;
    bool is_fine;

    if (origins == 1 && others && caller_has(others, origin))
        is_fine = sites <= 1; /* the operator named it; the browser calls it what it is */
    else if (origins == 1)
        is_fine = csrf_is_own(call->request, origin) && (sites == 0 || is_same_site);
    else
        is_fine = origins == 0 && is_same_site;
    return is_fine ? SRV_OK : srv_fail(error, SRV_E_CROSS_SITE, "Origin is not this site");
}

static bool csrf_is_safe(lanyard_str method)
{
    return lanyard_str_equal(method, SRV_STR("GET")) || lanyard_str_equal(method, SRV_STR("HEAD"));
}

srv_status csrf_check(const api_call *call, lanyard_str method, const srv_id *sid, srv_error *error)
{
    size_t count;
    lanyard_str header = http_header(call->request, HEADER_CSRF, &count);
    lanyard_str cookie = http_cookie(call->request, COOKIE_CSRF);

    if (csrf_is_safe(method))
        return SRV_OK;
    TRY(csrf_check_origin(call, error));
    if (count != 1 || header.len == 0 || header.len != cookie.len ||
        !srv_equal(header.ptr, cookie.ptr, header.len) || !csrf_is_bound(call->api, header, sid))
        return srv_fail(error, SRV_E_CROSS_SITE,
                        "the header " HEADER_CSRF " must repeat the cookie " COOKIE_CSRF);
    return SRV_OK;
}
