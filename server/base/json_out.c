/* json_out.c - see json_out.h. */
#include "base/json_out.h"

#include "base/text.h"

json_out json_out_to(lanyard_buf *buf)
{
    return (json_out){ .buf = buf, .failed = LANYARD_OK };
}

static void json_out_add(json_out *json, const char *text, size_t len)
{
    if (json->failed == LANYARD_OK)
        json->failed = lanyard_buf_add(json->buf, text, len);
}

static void json_out_quote(json_out *json, lanyard_str text)
{
    if (json->failed == LANYARD_OK)
        json->failed = lanyard_json_write_str(json->buf, text);
}

/* The comma before a value, and its name. */
static void json_out_begin(json_out *json, const char *name)
{
    if (json->depth > 0) {
        if (json->has_value[json->depth - 1])
            json_out_add(json, ",", 1);
        json->has_value[json->depth - 1] = true;
    }
    if (!name)
        return;
    json_out_quote(json, lanyard_str_of(name));
    json_out_add(json, ":", 1);
}

static void json_out_open(json_out *json, const char *name, const char *mark)
{
    json_out_begin(json, name);
    if (json->depth == JSON_OUT_DEPTH) {
        json->failed = LANYARD_E_ARGUMENT;
        return;
    }
    json_out_add(json, mark, 1);
    json->close[json->depth] = mark[0] == '{' ? '}' : ']';
    json->has_value[json->depth++] = false;
}

void json_object(json_out *json)
{
    json_out_open(json, NULL, "{");
}

void json_object_at(json_out *json, const char *name)
{
    json_out_open(json, name, "{");
}

void json_array_at(json_out *json, const char *name)
{
    json_out_open(json, name, "[");
}

void json_close(json_out *json)
{
    if (json->depth == 0) {
        json->failed = LANYARD_E_ARGUMENT;
        return;
    }
    json_out_add(json, &json->close[--json->depth], 1);
}

void json_raw(json_out *json, const char *name, lanyard_str checked)
{
    json_out_begin(json, name);
    json_out_add(json, checked.ptr, checked.len);
}

void json_str(json_out *json, const char *name, lanyard_str text)
{
    json_out_begin(json, name);
    json_out_quote(json, text);
}

void json_null(json_out *json, const char *name)
{
    json_raw(json, name, lanyard_str_of("null"));
}

void json_text(json_out *json, const char *name, const char *text)
{
    if (!text)
        json_null(json, name);
    else
        json_str(json, name, lanyard_str_of(text));
}

void json_int(json_out *json, const char *name, int64_t number)
{
    char text[SRV_NUMBER_MAX];

    srv_number_write(number, text);
    json_raw(json, name, lanyard_str_of(text));
}

void json_bool(json_out *json, const char *name, bool value)
{
    json_raw(json, name, lanyard_str_of(value ? "true" : "false"));
}

void json_id(json_out *json, const char *name, const srv_id *id)
{
    char text[SRV_ID_TEXT_LEN + 1];

    srv_id_write(id, text);
    json_text(json, name, srv_id_is_nil(id) ? NULL : text);
}

void json_time(json_out *json, const char *name, srv_time time)
{
    char text[SRV_TIME_TEXT_MAX];

    srv_time_write(time, text);
    json_text(json, name, time == 0 ? NULL : text);
}

srv_status json_out_done(const json_out *json)
{
    if (json->failed == LANYARD_OK && json->depth > 0)
        return SRV_E_INTERNAL;
    return json->failed == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, json->failed);
}
