/* pretty.c - JSON for humans; see pretty.h. */
#include "pretty.h"

#define STEP 2u

static void pretty_value(cli_out *out, const lanyard_value *value, size_t indent);

static void pretty_name(cli_out *out, lanyard_str name)
{
    cli_out json = { 0 };

    lanyard_buf_init(&json.buf, NULL, LANYARD_LIMIT_CEILING);
    out_json_str(&json, name);
    out_foreign(out, (lanyard_str){ json.buf.ptr, json.buf.len });
    out->is_broken = out->is_broken || json.is_broken;
    out_done(&json);
    out_text(out, ": ");
}

static void pretty_children(cli_out *out, const lanyard_value *value, size_t indent)
{
    bool is_object = value->type == LANYARD_JSON_OBJECT;
    lanyard_value child;
    size_t cursor = 0;
    bool is_first = true;

    out_text(out, is_object ? "{" : "[");
    while (lanyard_value_next(value, &cursor, &child)) {
        out_text(out, is_first ? "\n" : ",\n");
        is_first = false;
        out_pad(out, indent + STEP);
        if (is_object)
            pretty_name(out, child.name);
        pretty_value(out, &child, indent + STEP);
    }
    if (value->count > 0) {
        out_text(out, "\n");
        out_pad(out, indent);
    }
    out_text(out, is_object ? "}" : "]");
}

static void pretty_value(cli_out *out, const lanyard_value *value, size_t indent)
{
    if (value->type == LANYARD_JSON_OBJECT || value->type == LANYARD_JSON_ARRAY)
        pretty_children(out, value, indent);
    else
        out_foreign(out, value->json);
}

void pretty_write(cli_out *out, const lanyard_value *value, size_t indent)
{
    out_pad(out, indent);
    pretty_value(out, value, indent);
    out_text(out, "\n");
}
