/* token.c - a verified token and what it says; see lanyard/jwt.h. */
#include "jwt/token.h"

struct lanyard_token {
    struct lanyard_untrusted body;
};

lanyard_token *lan_token_from(lanyard_untrusted *untrusted, const lan_verified *verified,
                              const lan_claims *claims)
{
    untrusted->claims = claims->tree;
    untrusted->alg = verified->alg;
    untrusted->key_index = verified->key_index;
    return (lanyard_token *)untrusted;
}

void lanyard_token_free(lanyard_token *token)
{
    if (token)
        lanyard_untrusted_free(&token->body);
}

static lanyard_status token_claim(const lanyard_token *token, const char *name,
                                  lanyard_value *value)
{
    lan_str path = lanyard_str_of(name);

    return lanyard_token_find(token, &path, 1, value);
}

lanyard_status lanyard_token_claim_str(const lanyard_token *token, const char *name,
                                       lanyard_str *value)
{
    lanyard_value found;

    TRY(token_claim(token, name, &found));
    if (found.type != LANYARD_JSON_STRING)
        return LANYARD_E_WRONG_TYPE;
    *value = found.text;
    return LANYARD_OK;
}

lanyard_status lanyard_token_claim_int(const lanyard_token *token, const char *name, int64_t *value)
{
    lanyard_value found;

    TRY(token_claim(token, name, &found));
    return lanyard_value_int(&found, value);
}

lanyard_status lanyard_token_claim_num(const lanyard_token *token, const char *name, double *value)
{
    lanyard_value found;

    TRY(token_claim(token, name, &found));
    return lanyard_value_num(&found, value);
}

lanyard_status lanyard_token_find(const lanyard_token *token, const lanyard_str *path,
                                  size_t path_len, lanyard_value *value)
{
    const lan_json *claims = &token->body.claims;
    uint32_t node = lan_json_find_path(claims, path, path_len);

    if (node == LAN_JSON_NONE && path_len > 0)
        return LANYARD_E_NOT_FOUND;
    *value = lan_json_value(claims, node);
    return LANYARD_OK;
}

lanyard_str lanyard_token_payload(const lanyard_token *token)
{
    return lanyard_untrusted_payload(&token->body);
}

lanyard_str lanyard_token_header(const lanyard_token *token)
{
    return lanyard_untrusted_header(&token->body);
}

lanyard_status lanyard_token_header_str(const lanyard_token *token, const char *name,
                                        lanyard_str *value)
{
    return lanyard_untrusted_header_str(&token->body, name, value);
}

const char *lanyard_token_alg(const lanyard_token *token)
{
    return token->body.alg->info.name;
}

size_t lanyard_token_key_index(const lanyard_token *token)
{
    return token->body.key_index;
}
