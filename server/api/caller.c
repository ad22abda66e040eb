/* caller.c - see caller.h. */
#include "api/caller.h"

#include <stdio.h>
#include <string.h>
#include "api/client.h"
#include "api/csrf.h"
#include "base/text.h"

#define CLOCKS_APART_S 60 /* of two servers on one database */

/* One word behind the scheme, of whatever characters: it is a token that is none (401), and not a
 * header that cannot be read (400). */
static bool credential_word(lanyard_str header, lanyard_str *word)
{
    size_t scheme = strlen("Bearer");

    *word = http_trim((lanyard_str){ header.ptr + scheme, header.len - scheme });
    return word->len > 0 && !memchr(word->ptr, ' ', word->len) &&
           !memchr(word->ptr, '\t', word->len);
}

srv_status credential_find(const api_call *call, credential *found, srv_error *error)
{
    const http_request *request = call->request;
    size_t bearers, compats = 0;
    lanyard_str header = http_header(request, "Authorization", &bearers);
    lanyard_str compat = { NULL, 0 };
    lanyard_str cookie = http_cookie(request, COOKIE_ACCESS);

    if (call->api->compat)
        compat = http_header(request, HEADER_COMPAT, &compats);
    if (bearers + compats > 1)
        return srv_fail(error, SRV_E_MALFORMED, "more than one credential");
    *found = (credential){ .kind = CREDENTIAL_NONE };
    if (compats == 1)
        *found = (credential){ CREDENTIAL_COMPAT, compat };
    else if (bearers == 0 && cookie.len > 0)
        *found = (credential){ CREDENTIAL_COOKIE, cookie };
    if (bearers == 0)
        return SRV_OK;

    lanyard_str text;
    lanyard_status status = lanyard_bearer_find(header.ptr, header.len, &text);

    if (status == LANYARD_E_BEARER && credential_word(header, &text))
        status = LANYARD_OK;
    if (status == LANYARD_E_BEARER)
        return srv_fail(error, SRV_E_MALFORMED, "expected Authorization: Bearer TOKEN");
    if (status == LANYARD_OK)
        *found = (credential){ CREDENTIAL_BEARER, text };
    return SRV_OK;
}

srv_status credential_check(const api_call *call, const credential *found, lanyard_str method,
                            access_identity *identity, srv_error *error)
{
    const http_request *request = call->request;
    int64_t now_s = srv_time_seconds(request->now);

    if (found->kind == CREDENTIAL_NONE)
        return srv_fail(error, SRV_E_NO_CREDENTIAL, "");
    if (found->kind == CREDENTIAL_COMPAT)
        return compat_check(call->api->compat, found->text, now_s, request->worker, identity,
                            error);
    TRY(access_check(call->api->access, found->text, now_s, request->worker, identity, error));
    if (found->kind == CREDENTIAL_COOKIE)
        return csrf_check(call, method, &identity->sid, error);
    return SRV_OK;
}

srv_status caller_find(api_call *call, srv_error *error)
{
    credential found;

    if (call->route->caller == CALLER_CLIENT)
        return client_find(call, error);
    if (call->route->caller != CALLER_USER)
        return SRV_OK;
    TRY(credential_find(call, &found, error));
    TRY(credential_check(call, &found, call->request->method, &call->identity, error));
    call->is_cookie = found.kind == CREDENTIAL_COOKIE;
    return SRV_OK;
}

void caller_origin(const api_call *call, session_origin *origin)
{
    const http_request *request = call->request;
    lanyard_str agent = http_header(request, "User-Agent", NULL);

    *origin = (session_origin){ .address = "" };
    srv_address_write(&request->peer, origin->address);
    srv_address_prefix(&request->peer, origin->prefix);
    if (agent.len >= sizeof origin->user_agent)
        agent.len = sizeof origin->user_agent - 1;
    while (agent.len > 0 && !lanyard_str_is_plain(agent))
        agent.len--; /* a character cut in two, or what is no text at all */
    if (!srv_copy(agent, origin->user_agent, sizeof origin->user_agent))
        origin->user_agent[0] = '\0';
}

bool caller_is_fresh(const api_call *call, const access_identity *identity, int64_t max_age_s)
{
    int64_t age_s = srv_time_seconds(call->request->now) - identity->auth_time;

    return identity->auth_time > 0 && age_s >= -CLOCKS_APART_S && age_s <= max_age_s;
}

srv_status caller_is_recent(const api_call *call, srv_error *error)
{
    if (caller_is_fresh(call, &call->identity, call->api->reauth_s))
        return SRV_OK;
    return srv_fail(error, SRV_E_REAUTH_REQUIRED, "show the password again by POST /v1/reauth");
}

bool caller_has(const char *list, lanyard_str name)
{
    while (*list) {
        size_t len = strcspn(list, " ");

        if (len == name.len && memcmp(list, name.ptr, len) == 0)
            return true;
        list += len;
        list += strspn(list, " ");
    }
    return false;
}
