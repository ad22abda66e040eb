/* issuer.c - who makes tokens: options checked and the header written once. */
#include "jwt/issuer.h"
#include "base/opts.h"
#include "codec/utf8.h"
#include "jose/draft.h"
#include "jose/header_write.h"

#define ISSUER_FIRST 1024u
#define ISSUER_MAX   ((size_t)1024 * 1024)

/* A token whose claims are not UTF-8 is one that nobody reads. */
static lanyard_status issuer_copy_text(lanyard_issuer *issuer, const char *text, lan_str *copy,
                                       lanyard_error *err)
{
    if (!lan_utf8_is_valid(lanyard_str_of(text)))
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "a text that is not UTF-8");
    return lan_arena_copy(&issuer->arena, lanyard_str_of(text), copy, err);
}

static lanyard_status issuer_copy(lanyard_issuer *issuer, const char *text, lan_str *copy,
                                  bool *is_there, lanyard_error *err)
{
    *is_there = text != NULL;
    return text ? issuer_copy_text(issuer, text, copy, err) : LANYARD_OK;
}

static lanyard_status issuer_audiences(lanyard_issuer *issuer, const char *const *from,
                                       lanyard_error *err)
{
    size_t count = 0;

    while (from && from[count])
        count++;

    lan_str *items = lan_arena_alloc(&issuer->arena, count * sizeof *items);

    if (!items)
        return lan_no_memory(err);
    for (size_t i = 0; i < count; i++)
        TRY(issuer_copy_text(issuer, from[i], &items[i], err));
    issuer->audiences = (lan_list){ items, count };
    return LANYARD_OK;
}

static lanyard_status issuer_header(lanyard_issuer *issuer, const lanyard_issuer_opts *opts,
                                    const lanyard_alloc *alloc, lanyard_error *err)
{
    lan_header_plan plan = { .alg = issuer->alg,
                             .typ = lanyard_str_of(opts->typ ? opts->typ : "JWT"),
                             .kid = issuer->key->kid,
                             .has_kid = issuer->key->has_kid && opts->no_kid == 0,
                             .custom = { opts->header, opts->header_len } };

    TRY(lan_header_plan_check(&plan, alloc, err));

    char *text = lan_arena_alloc(&issuer->arena, plan.len);

    if (!text)
        return lan_no_memory(err);
    lan_header_write(&(lan_writer){ .at = text }, &plan);
    issuer->header = (lan_str){ text, plan.len };
    return LANYARD_OK;
}

static lanyard_status issuer_fill(lanyard_issuer *issuer, const lanyard_issuer_opts *opts,
                                  const lanyard_alloc *alloc, lanyard_error *err)
{
    TRY(lan_draft_alg(opts->key, opts->alg, &issuer->alg, err));
    issuer->key = lanyard_key_ref(opts->key);
    TRY(issuer_header(issuer, opts, alloc, err));
    TRY(issuer_copy(issuer, opts->iss, &issuer->iss, &issuer->has_iss, err));
    TRY(issuer_copy(issuer, opts->sub, &issuer->sub, &issuer->has_sub, err));
    TRY(issuer_audiences(issuer, opts->audiences, err));
    issuer->lifetime_s = opts->lifetime_s;
    issuer->adds_nbf = opts->add_nbf != 0;
    issuer->adds_iat = opts->add_iat != 0;
    issuer->adds_jti = opts->add_jti != 0;
    return LANYARD_OK;
}

lanyard_status lanyard_issuer_new(const lanyard_issuer_opts *opts, const lanyard_mem *mem,
                                  lanyard_issuer **issuer, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    lan_arena arena = { 0 };

    TRY(lan_opts_check(opts, sizeof *opts, err));
    if (!opts || !issuer || !opts->key)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_arena_init(&arena, &plain, ISSUER_FIRST, ISSUER_MAX, err));

    lanyard_issuer *self = lan_arena_alloc(&arena, sizeof *self);

    *self = (lanyard_issuer){ 0 };
    self->arena = arena;

    lanyard_status status = issuer_fill(self, opts, &plain.alloc, err);

    if (status != LANYARD_OK) {
        lanyard_issuer_free(self);
        return status;
    }
    *issuer = self;
    return LANYARD_OK;
}

void lanyard_issuer_free(lanyard_issuer *issuer)
{
    if (!issuer)
        return;
    lanyard_key_free(issuer->key);
    lan_arena_done(&issuer->arena);
}
