/* table.c - see table.h. */
#include "admin/table.h"

#include <stdbool.h>
#include <string.h>
#include "base/text.h"

#define TABLE_COLUMNS_MAX 12

/* What stands in a cell: texts as they are, null as "-", all else as JSON. Control characters
 * would move the terminal's cursor, so a text that has some is shown as JSON, too. */
static lanyard_str table_cell(const lanyard_value *value)
{
    if (value->type == LANYARD_JSON_NULL ||
        (value->type == LANYARD_JSON_STRING && !value->text.len))
        return SRV_STR("-");
    if (value->type == LANYARD_JSON_STRING && lanyard_str_is_plain(value->text) == 1)
        return value->text;
    return value->json;
}

static lanyard_str table_member(const lanyard_value *object, const char *name)
{
    lanyard_value value;

    if (lanyard_value_member(object, lanyard_str_of(name), &value) != LANYARD_OK)
        return SRV_STR("-");
    return table_cell(&value);
}

/* Characters, not bytes: what UTF-8 continues does not count. */
static size_t table_width(lanyard_str text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return width;
}

static void table_put(FILE *out, lanyard_str text, size_t width, bool is_last)
{
    fprintf(out, "%.*s", (int)text.len, text.ptr);
    for (size_t i = table_width(text); !is_last && i < width + 2; i++)
        (void)fputc(' ', out);
}

static void table_measure(const lanyard_value *items, const char *const *columns, size_t *widths)
{
    lanyard_value item;
    size_t cursor = 0;

    for (size_t i = 0; columns[i]; i++)
        widths[i] = strlen(columns[i]);
    while (lanyard_value_next(items, &cursor, &item)) {
        for (size_t i = 0; columns[i]; i++) {
            size_t width = table_width(table_member(&item, columns[i]));

            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
}

static void table_print_rows(FILE *out, const lanyard_value *items, const char *const *columns)
{
    size_t widths[TABLE_COLUMNS_MAX] = { 0 };
    lanyard_value item;
    size_t cursor = 0;

    table_measure(items, columns, widths);
    for (size_t i = 0; columns[i]; i++)
        table_put(out, lanyard_str_of(columns[i]), widths[i], !columns[i + 1]);
    (void)fputc('\n', out);
    while (lanyard_value_next(items, &cursor, &item)) {
        for (size_t i = 0; columns[i]; i++)
            table_put(out, table_member(&item, columns[i]), widths[i], !columns[i + 1]);
        (void)fputc('\n', out);
    }
}

static void table_print_members(FILE *out, const lanyard_value *object)
{
    lanyard_value value;
    size_t cursor = 0;
    size_t width = 0;

    while (lanyard_value_next(object, &cursor, &value))
        width = value.name.len > width ? value.name.len : width;
    cursor = 0;
    while (lanyard_value_next(object, &cursor, &value)) {
        table_put(out, value.name, width, false);
        table_put(out, table_cell(&value), 0, true);
        (void)fputc('\n', out);
    }
}

srv_status table_print(FILE *out, lanyard_str json, const char *const *columns, srv_error *error)
{
    lanyard_json *document = NULL;
    lanyard_value items;

    if (lanyard_json_read(json.ptr ? json.ptr : "", json.len,
                          &(lanyard_limits){ .json_values = 1u << 20 }, NULL, &document,
                          NULL) != LANYARD_OK)
        return srv_fail(error, SRV_E_UNAVAILABLE, "the answer is no JSON");

    lanyard_value root = lanyard_json_root(document);

    if (columns && lanyard_value_member(&root, SRV_STR("items"), &items) == LANYARD_OK)
        table_print_rows(out, &items, columns);
    else
        table_print_members(out, &root);
    lanyard_json_free(document);
    return SRV_OK;
}
