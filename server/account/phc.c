/* phc.c - see phc.h. */
#include "account/phc.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define PHC_HEAD "$argon2id$v=19$m="

bool phc_cost_is_fair(const phc_cost *cost)
{
    /* RFC 9106, 3.1: at least 8 KiB a lane. */
    return cost->lanes >= 1 && cost->lanes <= PHC_LANES_MAX && cost->passes >= 1 &&
           cost->passes <= PHC_PASSES_MAX && cost->memory_kib >= 8 * cost->lanes &&
           cost->memory_kib <= PHC_MEMORY_KIB_MAX;
}

/* Takes a literal off the front of *text. */
static bool phc_take(const char **text, const char *literal)
{
    size_t len = strlen(literal);

    if (strncmp(*text, literal, len) != 0)
        return false;
    *text += len;
    return true;
}

static bool phc_take_number(const char **text, uint32_t *number)
{
    uint32_t value = 0;
    const char *at = *text;

    if (*at < '1' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (value > PHC_MEMORY_KIB_MAX)
            return false;
        value = value * 10 + (uint32_t)(*at - '0');
    }
    *text = at;
    *number = value;
    return true;
}

/* Takes base64 up to the next dollar sign or the end. */
static bool phc_take_bytes(const char **text, uint8_t *out, size_t max, size_t *len)
{
    char copy[SRV_BASE64URL_LEN(PHC_TAG_MAX)];
    size_t used = strcspn(*text, "$");

    if (used > sizeof copy)
        return false;
    memcpy(copy, *text, used);
    *text += used;
    return srv_base64_read(copy, used, out, max, len);
}

srv_status phc_read(const char *text, phc_hash *hash)
{
    phc_hash found = { .salt_len = 0 };
    bool is_whole = phc_take(&text, PHC_HEAD) && phc_take_number(&text, &found.cost.memory_kib) &&
                    phc_take(&text, ",t=") && phc_take_number(&text, &found.cost.passes) &&
                    phc_take(&text, ",p=") && phc_take_number(&text, &found.cost.lanes) &&
                    phc_take(&text, "$") &&
                    phc_take_bytes(&text, found.salt, sizeof found.salt, &found.salt_len) &&
                    phc_take(&text, "$") &&
                    phc_take_bytes(&text, found.tag, sizeof found.tag, &found.tag_len);

    if (!is_whole || *text != '\0' || !phc_cost_is_fair(&found.cost) ||
        found.salt_len < PHC_SALT_MIN || found.tag_len < PHC_TAG_MIN)
        return SRV_E_INVALID;
    *hash = found;
    return SRV_OK;
}

static size_t phc_put_bytes(lanyard_bytes data, char *out)
{
    size_t len = SRV_BASE64URL_LEN(data.len);

    srv_base64url_write(data, out);
    for (size_t i = 0; i < len; i++) {
        if (out[i] == '-')
            out[i] = '+';
        if (out[i] == '_')
            out[i] = '/';
    }
    return len;
}

srv_status phc_write(const phc_hash *hash, char out[PHC_MAX])
{
    char salt[SRV_BASE64URL_LEN(PHC_SALT_MAX)];
    char tag[SRV_BASE64URL_LEN(PHC_TAG_MAX)];
    size_t salt_len = phc_put_bytes((lanyard_bytes){ hash->salt, hash->salt_len }, salt);
    size_t tag_len = phc_put_bytes((lanyard_bytes){ hash->tag, hash->tag_len }, tag);
    int len = snprintf(out, PHC_MAX, PHC_HEAD "%u,t=%u,p=%u$%.*s$%.*s", hash->cost.memory_kib,
                       hash->cost.passes, hash->cost.lanes, (int)salt_len, salt, (int)tag_len, tag);

    return len > 0 && len < PHC_MAX ? SRV_OK : SRV_E_INTERNAL;
}
