/* fuzz_body.c - any bytes as the body of a request: the JSON object of a login with an object
 * inside, and the form of an introspection. */
#include <string.h>
#include "api/body.h"
#include "check.h"

#define INPUT_MAX 8192

static bool is_inside(lanyard_str part, const char *from, size_t len)
{
    return part.len == 0 || (part.ptr >= from && part.ptr + part.len <= from + len);
}

static void check_object(lanyard_str object)
{
    srv_error error = { .status = SRV_OK };
    lanyard_json *json = NULL;
    lanyard_str id;
    lanyard_str label;
    const body_member members[] = {
        { "id", BODY_TEXT, false, &id },
        { "label", BODY_TEXT_OR_NULL, false, &label },
    };
    srv_status status = body_object(object, members, 2, &json, &error);

    check(status == SRV_OK || error.status == status);
    lanyard_json_free(json);
}

static void check_json(const http_request *request)
{
    static const api_route route = { .body = BODY_JSON_OPTIONAL };
    api_call call = { .request = request, .route = &route };
    srv_error error = { .status = SRV_OK };
    lanyard_str login;
    lanyard_str password;
    lanyard_str device;
    const body_member members[] = {
        { "login", BODY_TEXT, true, &login },
        { "password", BODY_TEXT, true, &password },
        { "device", BODY_OBJECT, false, &device },
    };
    srv_status status = body_open(&call, NULL, &error);

    if (status == SRV_OK)
        status = body_members(&call, members, 3, &error);
    check(status == SRV_OK || (error.status == status && srv_status_http(status) == 400));
    if (status == SRV_OK && call.json) {
        check(login.ptr && password.ptr);
        check_object(device);
    }
    lanyard_json_free(call.json);
}

static void check_form(const http_request *request)
{
    static const api_route route = { .body = BODY_FORM };
    api_call call = { .request = request, .route = &route };
    srv_error error = { .status = SRV_OK };
    char storage[INPUT_MAX];

    if (body_open(&call, storage, &error) != SRV_OK) {
        check(error.status == SRV_E_MALFORMED);
        return;
    }
    check(call.form_count <= FORM_MAX);
    check(is_inside(body_form(&call, "token"), storage, request->body.len));
    for (size_t i = 0; i < call.form_count; i++)
        for (size_t k = 0; k < i; k++)
            check(!lanyard_str_equal(call.form[i].name, call.form[k].name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    http_request request = { .headers_count = 1, .body = { (const char *)data, len } };

    if (len > INPUT_MAX)
        return 0;
    request.headers[0] =
        (http_field){ { "Content-Type", 12 }, { "application/json; charset=utf-8", 31 } };
    check_json(&request);
    request.headers[0].value = (lanyard_str){ "application/x-www-form-urlencoded", 33 };
    check_form(&request);
    return 0;
}
