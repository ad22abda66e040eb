/* choose.c - which algorithm, and which keys, may verify this token; see choose.h. */
#include "jose/choose.h"

static lanyard_status choose_fail(const lanyard_untrusted *untrusted, lanyard_status status,
                                  const char *where, lan_str name, const char *value_where,
                                  lanyard_error *err)
{
    const lan_json *tree = &untrusted->header.tree;
    uint32_t node = lan_json_find(tree, 0, name);
    size_t at = node == LAN_JSON_NONE ? 0 : tree->nodes[node].start;

    lan_fail_saying(err, status, where,
                    lan_part_offset(&untrusted->parts, &untrusted->parts.header, at), value_where);
    return status;
}

static lanyard_status choose_alg(const lanyard_policy *policy, const lanyard_untrusted *untrusted,
                                 const lan_alg **alg, lanyard_error *err)
{
    lan_str name = untrusted->header.alg;

    for (size_t i = 0; i < policy->algs_count; i++)
        if (lan_str_eq(lanyard_str_of(policy->algs[i]->info.name), name)) {
            *alg = policy->algs[i];
            return LANYARD_OK;
        }

    const lan_alg *known = lan_alg_find(name);
    lanyard_status status = known ? LANYARD_E_ALG_REFUSED : LANYARD_E_ALG_UNKNOWN;

    if (known && policy->algs_of_keys) {
        *alg = known;
        return LANYARD_OK;
    }
    choose_fail(untrusted, status, "header:alg", LAN_STR("alg"),
                known ? "the policy does not allow " : "nobody knows an algorithm ", err);
    lan_detail_str(err, name);
    return status;
}

/* Of the keys with this kid (or, is_named false, of those without any): the fitting ones join the
 * choice. *best: how close the others came. */
static size_t choose_keys(const lanyard_policy *policy, const lanyard_keyset *keys,
                          const lan_header *header, bool is_named, lan_choice *choice,
                          lanyard_status *best)
{
    size_t seen = 0;

    for (size_t i = 0; i < keys->count; i++) {
        const lanyard_key *key = keys->keys[i];
        bool is_meant = is_named ? key->has_kid && lan_str_eq(key->kid, header->kid)
                                 : !header->has_kid || !key->has_kid;
        lanyard_status status = LANYARD_OK;

        if (!is_meant)
            continue;
        seen++;
        status = lan_key_check_use(key, choice->alg, LAN_TO_VERIFY);
        if (policy->algs_of_keys && key->alg != choice->alg)
            status = LANYARD_E_KEY_UNFIT;
        if (status == LANYARD_E_KEY_SHORT)
            *best = status;
        if (status != LANYARD_OK || choice->count == LANYARD_CANDIDATES_MAX)
            continue;
        choice->keys[choice->count] = key;
        choice->indexes[choice->count++] = i;
    }
    return seen;
}

lanyard_status lan_choose(const lanyard_policy *policy, const lanyard_keyset *keys,
                          const lanyard_untrusted *untrusted, lan_choice *choice,
                          lanyard_error *err)
{
    const lan_header *header = &untrusted->header;
    lanyard_status best = LANYARD_E_KEY_UNFIT;
    lan_choice self = { 0 };
    size_t seen = 0;

    TRY(choose_alg(policy, untrusted, &self.alg, err));
    if (header->has_kid)
        seen = choose_keys(policy, keys, header, true, &self, &best);
    /* Keys that have no kid may be meant, but only when none has this one. */
    if (seen == 0)
        seen = choose_keys(policy, keys, header, false, &self, &best);
    if (seen == 0)
        return choose_fail(untrusted, LANYARD_E_KEY_NOT_FOUND, "key", LAN_STR("kid"),
                           header->has_kid ? "no key with that key ID" : "no key at all", err);
    if (self.count == 0) {
        choose_fail(untrusted, best, "key", LAN_STR("alg"),
                    best == LANYARD_E_KEY_SHORT ? "the key is too short for " : "no key fits ",
                    err);
        lan_detail(err, self.alg->info.name);
        return best;
    }
    *choice = self;
    return LANYARD_OK;
}
