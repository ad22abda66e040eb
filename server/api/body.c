/* body.c - see body.h. */
#include "api/body.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

static const char body_null[] = "";

bool body_is_null(lanyard_str value)
{
    return value.ptr == body_null;
}

static bool body_is_type(const http_request *request, const char *wanted)
{
    size_t count;
    lanyard_str type = http_header(request, "Content-Type", &count);
    const char *mark = type.len > 0 ? memchr(type.ptr, ';', type.len) : NULL;

    if (mark)
        type.len = (size_t)(mark - type.ptr);
    return count == 1 && http_same(http_trim(type), wanted);
}

static srv_status body_open_json(api_call *call, srv_error *error)
{
    const http_request *request = call->request;
    lanyard_error why;
    char detail[SRV_DETAIL_MAX];

    if (request->body.len == 0 && call->route->body == BODY_JSON_OPTIONAL)
        return SRV_OK;
    if (!body_is_type(request, "application/json"))
        return srv_fail(error, SRV_E_MEDIA_TYPE, "expected Content-Type: application/json");

    lanyard_status status = lanyard_json_read(request->body.ptr ? request->body.ptr : "",
                                              request->body.len, NULL, NULL, &call->json, &why);

    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail_lanyard(error, status);
    if (status != LANYARD_OK) {
        snprintf(detail, sizeof detail, "%s, byte %zu", lanyard_status_text(status), why.offset);
        return srv_fail(error, SRV_E_MALFORMED, detail);
    }
    if (lanyard_json_root(call->json).type != LANYARD_JSON_OBJECT)
        return srv_fail(error, SRV_E_MALFORMED, "expected a JSON object");
    return SRV_OK;
}

static srv_status body_open_form(api_call *call, char *storage, srv_error *error)
{
    if (!body_is_type(call->request, "application/x-www-form-urlencoded"))
        return srv_fail(error, SRV_E_MALFORMED,
                        "expected Content-Type: application/x-www-form-urlencoded");
    if (!http_form_read(call->request->body, storage, call->form, FORM_MAX, &call->form_count))
        return srv_fail(error, SRV_E_MALFORMED, "the form cannot be read");
    for (size_t i = 0; i < call->form_count; i++) {
        for (size_t k = 0; k < i; k++) {
            /* RFC 6749, 3.2: parameters must not be included more than once. */
            if (lanyard_str_equal(call->form[i].name, call->form[k].name))
                return srv_fail(error, SRV_E_MALFORMED, "a parameter stands twice");
        }
    }
    return SRV_OK;
}

srv_status body_open(api_call *call, char *storage, srv_error *error)
{
    if (call->route->body == BODY_NONE)
        return SRV_OK;
    if (call->route->body == BODY_FORM)
        return body_open_form(call, storage, error);
    return body_open_json(call, error);
}

static srv_status body_fail(const char *what, const char *name, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s: %s", name, what);
    return srv_fail(error, SRV_E_MALFORMED, detail);
}

static srv_status body_take(const body_member *member, const lanyard_value *value, srv_error *error)
{
    if (member->kind == BODY_OBJECT) {
        if (value->type != LANYARD_JSON_OBJECT)
            return body_fail("expected an object", member->name, error);
        *member->value = value->json;
        return SRV_OK;
    }
    if (member->kind == BODY_TEXT_OR_NULL && value->type == LANYARD_JSON_NULL) {
        *member->value = (lanyard_str){ body_null, 0 };
        return SRV_OK;
    }
    if (value->type != LANYARD_JSON_STRING)
        return body_fail("expected a string", member->name, error);
    *member->value = value->text.ptr ? value->text : SRV_STR("");
    return SRV_OK;
}

static srv_status body_walk(const lanyard_value *root, const body_member *members, size_t count,
                            srv_error *error)
{
    lanyard_value value;
    size_t cursor = 0;

    while (lanyard_value_next(root, &cursor, &value)) {
        size_t i = 0;

        while (i < count && !lanyard_str_equal(value.name, lanyard_str_of(members[i].name)))
            i++;
        if (i == count)
            return srv_fail(error, SRV_E_MALFORMED, "a member that is not known here");
        TRY(body_take(&members[i], &value, error));
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_required && !members[i].value->ptr)
            return body_fail("is missing", members[i].name, error);
    }
    return SRV_OK;
}

srv_status body_members(const api_call *call, const body_member *members, size_t count,
                        srv_error *error)
{
    for (size_t i = 0; i < count; i++)
        *members[i].value = (lanyard_str){ NULL, 0 };
    if (!call->json)
        return SRV_OK;

    lanyard_value root = lanyard_json_root(call->json);

    return body_walk(&root, members, count, error);
}

srv_status body_object(lanyard_str object, const body_member *members, size_t count,
                       lanyard_json **json, srv_error *error)
{
    for (size_t i = 0; i < count; i++)
        *members[i].value = (lanyard_str){ NULL, 0 };
    if (!object.ptr)
        return SRV_OK;

    lanyard_status status = lanyard_json_read(object.ptr, object.len, NULL, NULL, json, NULL);

    if (status != LANYARD_OK)
        return srv_fail_lanyard(error, status);

    lanyard_value root = lanyard_json_root(*json);

    return body_walk(&root, members, count, error);
}

lanyard_str body_form(const api_call *call, const char *name)
{
    for (size_t i = 0; i < call->form_count; i++) {
        if (lanyard_str_equal(call->form[i].name, lanyard_str_of(name)))
            return call->form[i].value;
    }
    return (lanyard_str){ NULL, 0 };
}
