/* names.c - what names, addresses and roles may look like; see account.h. */
#include "account/account.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

static bool names_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

srv_status account_username(lanyard_str text, char out[USERNAME_MAX], srv_error *error)
{
    char lower[USERNAME_MAX] = "";
    bool is_good = text.len >= 1 && text.len < USERNAME_MAX;

    for (size_t i = 0; is_good && i < text.len; i++) {
        lower[i] = srv_lower(text.ptr[i]);
        is_good = names_is_word(lower[i]);
    }
    if (!is_good)
        return srv_fail(error, SRV_E_INVALID_USERNAME,
                        "A user name has 1 to 64 characters out of a-z, 0-9, '.', '_' and '-'.");
    memcpy(out, lower, sizeof lower);
    return SRV_OK;
}

static bool names_is_address(lanyard_str text)
{
    size_t ats = 0;
    size_t at = 0;

    if (text.len < 3 || text.len >= EMAIL_MAX || !lanyard_str_is_plain(text))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ' ')
            return false;
        if (text.ptr[i] != '@')
            continue;
        at = i;
        ats++;
    }
    return ats == 1 && at > 0 && at < text.len - 1;
}

srv_status account_email(lanyard_str text, char address[EMAIL_MAX], char norm[EMAIL_MAX],
                         srv_error *error)
{
    if (!names_is_address(text))
        return srv_fail(error, SRV_E_INVALID_EMAIL,
                        "An e-mail address has one @ with something on both sides, no spaces, and "
                        "at most 254 bytes.");
    if (!srv_copy(text, address, EMAIL_MAX))
        return srv_fail(error, SRV_E_INVALID_EMAIL, "An e-mail address that is too long.");
    for (size_t i = 0; i <= text.len; i++)
        norm[i] = srv_lower(address[i]);
    return SRV_OK;
}

/* The length of the role at the beginning of text; 0: there is none. */
static size_t names_role(lanyard_str text)
{
    size_t len = 0;

    while (len < text.len && (names_is_word(text.ptr[len]) || text.ptr[len] == ':'))
        len++;
    return len;
}

static bool names_has_role(const char *roles, lanyard_str role)
{
    for (const char *at = roles; *at;) {
        size_t len = strcspn(at, " ");

        if (lanyard_str_equal((lanyard_str){ at, len }, role))
            return true;
        at += len + (at[len] == ' ');
    }
    return false;
}

srv_status account_roles(lanyard_str text, char out[ROLES_MAX], srv_error *error)
{
    char roles[ROLES_MAX] = "";
    size_t at = 0;

    while (at < text.len) {
        lanyard_str rest = { text.ptr + at, text.len - at };
        lanyard_str role = { rest.ptr, names_role(rest) };
        bool is_last = role.len == rest.len;

        if (text.len >= ROLES_MAX || role.len == 0 || names_has_role(roles, role) ||
            (!is_last && (rest.ptr[role.len] != ' ' || role.len + 1 == rest.len)))
            return srv_fail(error, SRV_E_INVALID,
                            "Roles are names of a-z, 0-9, '.', '_', ':' and '-', one space "
                            "between them, none twice, and at most 511 bytes.");
        at += role.len + !is_last;
        memcpy(roles, text.ptr, at);
        roles[at] = '\0';
    }
    memcpy(out, roles, sizeof roles);
    return SRV_OK;
}

srv_status account_profile(lanyard_str text, char out[PROFILE_MAX], srv_error *error)
{
    lanyard_json *json = NULL;
    lanyard_str profile = text.len > 0 ? text : SRV_STR("{}");
    bool is_object =
        lanyard_json_read(profile.ptr, profile.len, NULL, NULL, &json, NULL) == LANYARD_OK &&
        lanyard_json_root(json).type == LANYARD_JSON_OBJECT;

    lanyard_json_free(json);
    if (!is_object || !srv_copy(profile, out, PROFILE_MAX))
        return srv_fail(error, SRV_E_INVALID, "A profile is a JSON object of at most 4096 bytes.");
    return SRV_OK;
}
