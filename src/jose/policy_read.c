/* policy_read.c - a policy file: one JSON object whose members are those of lanyard_policy_opts. */
#include "codec/json_read.h"
#include "codec/number.h"
#include "jose/policy_names.h"

#define POLICY_FILE_MAX 65536u
#define READ_FIRST      4096u
#define READ_MAX        ((size_t)1024 * 1024)

typedef struct policy_reader {
    lan_arena arena;
    lan_json tree;
    lanyard_policy_opts opts;
} policy_reader;

typedef lanyard_status (*policy_take)(policy_reader *reader, uint32_t node, void *field,
                                      const char *where, lanyard_error *err);

static lanyard_status read_fail(const policy_reader *reader, uint32_t node, const char *where,
                                const char *detail, lanyard_error *err)
{
    return lan_fail_saying(err, LANYARD_E_POLICY, where, reader->tree.nodes[node].start, detail);
}

/* A string as C text; one with a NUL inside would be cut short without a word. */
static lanyard_status take_text(policy_reader *reader, uint32_t node, void *field,
                                const char *where, lanyard_error *err)
{
    lan_str copy = { 0 };

    if (!lan_json_is(&reader->tree, node, LANYARD_JSON_STRING))
        return read_fail(reader, node, where, "expected a string", err);

    lan_str text = lan_json_text(&reader->tree, node);

    if (text.len == 0 || memchr(text.ptr, '\0', text.len))
        return read_fail(reader, node, where, "an empty string, or one with a NUL", err);
    TRY(lan_arena_copy(&reader->arena, text, &copy, err));
    *(const char **)field = copy.ptr;
    return LANYARD_OK;
}

static lanyard_status take_list(policy_reader *reader, uint32_t node, void *field,
                                const char *where, lanyard_error *err)
{
    const lan_json_node *nodes = reader->tree.nodes;
    size_t filled = 0;

    if (!lan_json_is(&reader->tree, node, LANYARD_JSON_ARRAY))
        return read_fail(reader, node, where, "expected an array of strings", err);

    const char **items = lan_arena_alloc(&reader->arena, (nodes[node].count + 1) * sizeof *items);

    if (!items)
        return lan_no_memory(err);
    for (uint32_t item = node + 1; item < nodes[node].next; item = nodes[item].next)
        TRY(take_text(reader, item, &items[filled++], where, err));
    items[filled] = NULL;
    *(const char *const **)field = items;
    return LANYARD_OK;
}

static lanyard_status take_number(policy_reader *reader, uint32_t node, void *field,
                                  const char *where, lanyard_error *err)
{
    lan_whole whole = { 0 };

    if (lan_json_is(&reader->tree, node, LANYARD_JSON_NUMBER))
        whole = lan_number_to_whole(lan_json_source(&reader->tree, node));
    if (!whole.fits || whole.has_fraction || whole.floor < 0 || whole.floor > UINT32_MAX)
        return read_fail(reader, node, where, "expected a whole number, not negative", err);
    *(uint32_t *)field = (uint32_t)whole.floor;
    return LANYARD_OK;
}

/* Of a rule that 0 would take away: who writes 0 does not mean that. */
static lanyard_status take_positive(policy_reader *reader, uint32_t node, void *field,
                                    const char *where, lanyard_error *err)
{
    TRY(take_number(reader, node, field, where, err));
    if (*(uint32_t *)field == 0)
        return read_fail(reader, node, where, "expected a whole number of at least 1", err);
    return LANYARD_OK;
}

/* An array of names becomes one text separated by spaces; "*" stands for all of the keys'. */
static lanyard_status take_algs(policy_reader *reader, uint32_t node, void *field,
                                const char *where, lanyard_error *err)
{
    const char *const *names = NULL;
    char *at = NULL;

    if (lan_json_is(&reader->tree, node, LANYARD_JSON_STRING))
        return take_text(reader, node, field, where, err);
    TRY(take_list(reader, node, (void *)&names, where, err));
    at = lan_arena_alloc(&reader->arena, reader->tree.nodes[node].len + 1);
    if (!at)
        return lan_no_memory(err);
    *(const char **)field = at;
    for (size_t i = 0; names[i]; i++) {
        lan_str name = lanyard_str_of(names[i]);

        if (memchr(name.ptr, ' ', name.len) || lan_str_eq(name, LAN_STR("*")))
            return read_fail(reader, node, where, "an algorithm nobody knows", err);
        if (i > 0)
            *at++ = ' ';
        memcpy(at, name.ptr, name.len);
        at += name.len;
    }
    *at = '\0';
    return LANYARD_OK;
}

static lanyard_status take_allow(policy_reader *reader, uint32_t node, void *field,
                                 const char *where, lanyard_error *err)
{
    const char *const *names = NULL;

    TRY(take_list(reader, node, (void *)&names, where, err));
    for (size_t i = 0; names[i]; i++) {
        uint32_t bit = lan_allow_bit(lanyard_str_of(names[i]));

        if (!bit)
            return read_fail(reader, node, where, "a permission nobody knows", err);
        *(uint32_t *)field |= bit;
    }
    return LANYARD_OK;
}

typedef struct policy_member {
    lan_str name;
    const char *where;
    policy_take take;
    size_t offset; /* of the field in lanyard_policy_opts */
} policy_member;

static lanyard_status take_limits(policy_reader *reader, uint32_t node, void *field,
                                  const char *where, lanyard_error *err);

#define MEMBER(text, take, field)                                                                  \
    {                                                                                              \
        { text, sizeof(text) - 1 }, "policy:" text, take, offsetof(lanyard_policy_opts, field)     \
    }

static const policy_member policy_members[] = {
    MEMBER("algs", take_algs, algs),
    MEMBER("issuers", take_list, issuers),
    MEMBER("audiences", take_list, audiences),
    MEMBER("subject", take_text, subject),
    MEMBER("typ", take_text, typ),
    MEMBER("required", take_list, required),
    MEMBER("leeway_s", take_number, leeway_s),
    MEMBER("max_age_s", take_positive, max_age_s),
    MEMBER("allow", take_allow, allow),
    MEMBER("limits", take_limits, limits),
};

static const policy_member limit_members[] = {
    MEMBER("token_len", take_number, limits.token_len),
    MEMBER("header_len", take_number, limits.header_len),
    MEMBER("json_depth", take_number, limits.json_depth),
    MEMBER("json_values", take_number, limits.json_values),
};

static const policy_member *policy_find(const policy_member *members, size_t count, lan_str name)
{
    for (size_t i = 0; i < count; i++)
        if (lan_str_eq(members[i].name, name))
            return &members[i];
    return NULL;
}

static lanyard_status read_members(policy_reader *reader, uint32_t object,
                                   const policy_member *members, size_t count, lanyard_error *err)
{
    const lan_json_node *nodes = reader->tree.nodes;

    if (!lan_json_is(&reader->tree, object, LANYARD_JSON_OBJECT))
        return read_fail(reader, object, "policy", "expected an object", err);
    for (uint32_t node = object + 1; node < nodes[object].next; node = nodes[node].next) {
        lan_str name = lan_json_name(&reader->tree, node);
        const policy_member *member = policy_find(members, count, name);

        /* A misspelled rule must not be a rule that is silently off. */
        if (!member) {
            read_fail(reader, node, "policy", "a member nobody knows: ", err);
            lan_detail_str(err, name);
            return LANYARD_E_POLICY;
        }
        TRY(member->take(reader, node, (char *)&reader->opts + member->offset, member->where, err));
    }
    return LANYARD_OK;
}

static lanyard_status take_limits(policy_reader *reader, uint32_t node, void *field,
                                  const char *where, lanyard_error *err)
{
    (void)field;
    (void)where;
    return read_members(reader, node, limit_members, sizeof limit_members / sizeof *limit_members,
                        err);
}

static lanyard_status read_in(policy_reader *reader, lan_str text, const lanyard_mem *mem,
                              lanyard_policy **policy, lanyard_error *err)
{
    lan_str copy = { 0 };

    TRY(lan_arena_copy(&reader->arena, text, &copy, err));
    TRY(lan_json_parse_saying(&reader->arena, copy, NULL, "policy", &reader->tree, err));
    TRY(read_members(reader, 0, policy_members, sizeof policy_members / sizeof *policy_members,
                     err));
    return lanyard_policy_new(&reader->opts, mem, policy, err);
}

lanyard_status lanyard_policy_read(const char *text, size_t len, const lanyard_mem *mem,
                                   lanyard_policy **policy, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    policy_reader reader = { .opts = { .size = sizeof(lanyard_policy_opts) } };

    if (!policy || (!text && len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    if (len > POLICY_FILE_MAX)
        return lan_fail_saying(err, LANYARD_E_POLICY, "policy", POLICY_FILE_MAX,
                               "a policy of more than 64 KiB");
    TRY(lan_arena_init(&reader.arena, &plain, READ_FIRST, READ_MAX, err));

    lanyard_status status = read_in(&reader, (lan_str){ text, len }, mem, policy, err);

    lan_arena_done(&reader.arena);
    return status;
}
