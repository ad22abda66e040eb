/* schedule.c - see schedule.h. */
#include "keyring/schedule.h"

#include <stdlib.h>
#include "base/defense.h"
#include <string.h>

#define SCHEDULE_FIRST 4

schedule_key *schedule_add(schedule_keys *all)
{
    if (all->count == all->cap) {
        size_t cap = all->cap ? 2 * all->cap : SCHEDULE_FIRST;
        schedule_key *keys = reallocarray(all->keys, cap, sizeof *keys);

        if (!keys)
            return NULL;
        all->keys = keys;
        all->cap = cap;
    }
    all->keys[all->count] = (schedule_key){ .is_new = false };
    return &all->keys[all->count++];
}

void schedule_clear(schedule_keys *all)
{
    all->count = 0;
}

void schedule_done(schedule_keys *all)
{
    free(all->keys);
    *all = (schedule_keys){ .keys = NULL };
}

static schedule_key *schedule_in(const schedule_keys *all, key_state state, const char *alg)
{
    schedule_key *first = NULL;

    for (size_t i = 0; i < all->count; i++) {
        schedule_key *key = &all->keys[i];

        if (key->row.state != state || (alg && strcmp(key->row.alg, alg) != 0))
            continue;
        if (!first || key->row.active_from < first->row.active_from)
            first = key;
    }
    return first;
}

schedule_key *schedule_active(const schedule_keys *all)
{
    return schedule_in(all, KEY_ACTIVE, NULL);
}

schedule_key *schedule_find(const schedule_keys *all, const char *kid)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->keys[i].row.kid, kid) == 0)
            return &all->keys[i];
    }
    return NULL;
}

static void schedule_set(schedule_key *key, key_state state)
{
    key->row.state = state;
    key->is_changed = true;
}

void schedule_activate(const schedule_keys *all, schedule_key *key, const schedule_rules *rules,
                       srv_time now)
{
    schedule_key *active = schedule_active(all);

    if (active && active != key) {
        schedule_set(active, KEY_RETIRING);
        active->row.retire_after = now + rules->token_life + SCHEDULE_MARGIN;
    }
    schedule_set(key, KEY_ACTIVE);
    key->row.active_from = now;
    key->row.retire_after = 0;
}

/* When the successor of the active key must stand in the JWKS. */
static bool schedule_is_due(const schedule_key *active, const schedule_rules *rules, srv_time now)
{
    if (rules->given_kid)
        return strcmp(active->row.kid, rules->given_kid) != 0;
    return strcmp(active->row.alg, rules->alg) != 0 ||
           now >= active->row.active_from + rules->rotate_every -
                      (DEFENDS(44) ? rules->publish_before : 0);
}

bool schedule_wants_key(const schedule_keys *all, const schedule_rules *rules, srv_time now)
{
    const schedule_key *active = schedule_active(all);

    if (active && !schedule_is_due(active, rules, now))
        return false;
    return rules->given_kid ? !schedule_find(all, rules->given_kid)
                            : !schedule_in(all, KEY_PUBLISHED, rules->alg);
}

static void schedule_retire(schedule_keys *all, const schedule_rules *rules, srv_time now)
{
    for (size_t i = 0; i < all->count; i++) {
        schedule_key *key = &all->keys[i];
        bool is_over = (key->row.state == KEY_RETIRING || key->row.state == KEY_VERIFY_ONLY) &&
                       key->row.retire_after <= now;
        /* Published under another configuration, and never used. */
        bool is_stray = key->row.state == KEY_PUBLISHED && strcmp(key->row.alg, rules->alg) != 0;

        if (is_over || is_stray)
            schedule_set(key, KEY_RETIRED);
    }
}

/* A new key waits in the JWKS until everybody has seen it; but where nothing signs yet, or where
 * nothing is published (a secret), waiting would serve nobody. */
static void schedule_publish(const schedule_keys *all, schedule_key *fresh,
                             const schedule_rules *rules, srv_time now)
{
    const schedule_key *active = schedule_active(all);

    fresh->row.created_at = now;
    if (!active || rules->given_kid) {
        schedule_activate(all, fresh, rules, now);
        return;
    }

    srv_time planned = active->row.active_from + rules->rotate_every;
    srv_time soonest = now + (DEFENDS(44) ? rules->publish_before : 0);
    bool is_other_alg = strcmp(active->row.alg, rules->alg) != 0;

    schedule_set(fresh, KEY_PUBLISHED);
    fresh->row.active_from = is_other_alg || planned < soonest ? soonest : planned;
}

/* Who signs next: the given secret, or the published key whose time has come. */
static schedule_key *schedule_heir(const schedule_keys *all, const schedule_rules *rules,
                                   srv_time now)
{
    const schedule_key *active = schedule_active(all);
    schedule_key *heir = rules->given_kid ? schedule_find(all, rules->given_kid)
                                          : schedule_in(all, KEY_PUBLISHED, rules->alg);

    if (!heir || heir == active)
        return NULL;
    return !active || rules->given_kid || heir->row.active_from <= now ? heir : NULL;
}

bool schedule_step(schedule_keys *all, const signing_key_row *fresh, const schedule_rules *rules,
                   srv_time now)
{
    schedule_retire(all, rules, now);

    schedule_key *heir = schedule_heir(all, rules, now);

    if (heir)
        schedule_activate(all, heir, rules, now);
    /* Another process may have been quicker. */
    if (!fresh || !schedule_wants_key(all, rules, now))
        return true;

    schedule_key *key = schedule_add(all);

    if (!key)
        return false;
    key->row = *fresh;
    key->is_new = true;
    schedule_publish(all, key, rules, now);
    return true;
}
