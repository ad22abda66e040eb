/* change.c - every change of the keys: one transaction that looks at all of them again.
 *
 * How it works: what takes time (making a key, sealing it) happens before the transaction; inside
 * it the rows are read under the store's lock, changed in memory, and what changed is written. So
 * of two processes that rotate at once the second finds nothing left to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/defense.h"
#include "base/json_out.h"
#include "keyring/ring.h"

typedef struct ring_change ring_change;
/* Changes the rows in memory. */
typedef srv_status ring_action(ring_change *change, store_txn *txn, srv_error *error);

struct ring_change {
    const keyring *ring;
    ring_action *action;
    signing_key_row *fresh; /* NULL: none was made */
    const char *kid;        /* of a revocation */
    srv_time until;         /* of an import */
    bool at_once;
    srv_tape *tape; /* of a revocation, with its batch; else NULL */
    tape_batch *batch;
    schedule_keys keys; /* as they are after it */
};

typedef struct change_reading {
    schedule_keys *keys;
    const char *given_kid;
    bool is_short; /* of memory */
} change_reading;

bool keyring_state_is_over(key_state state)
{
    return state == KEY_RETIRED || state == KEY_COMPROMISED;
}

static bool change_read_row(void *ctx, const signing_key_row *row)
{
    change_reading *reading = ctx;

    /* The given secret counts in any state, or a retired one would be added twice. */
    if (keyring_state_is_over(row->state) &&
        (!reading->given_kid || strcmp(row->kid, reading->given_kid) != 0))
        return true;

    schedule_key *key = schedule_add(reading->keys);

    reading->is_short = !key;
    if (key)
        key->row = *row;
    return key;
}

/* A secret that was revoked must not come back with an old configuration file. */
static bool change_is_revoked(const keyring *ring, const schedule_keys *keys)
{
    const char *kid = ring->rules.given_kid;
    const schedule_key *given = kid ? schedule_find(keys, kid) : NULL;

    return given && given->row.state == KEY_COMPROMISED;
}

static srv_status change_read(const keyring *ring, store_txn *txn, schedule_keys *keys,
                              srv_error *error)
{
    change_reading reading = { .keys = keys, .given_kid = ring->rules.given_kid };

    schedule_clear(keys);
    TRY(store_keys(txn, change_read_row, &reading));
    if (reading.is_short)
        return SRV_E_NO_MEMORY;
    return change_is_revoked(ring, keys)
               ? srv_fail(error, SRV_E_CONFIG, "the given secret was revoked: give another one")
               : SRV_OK;
}

/* By state: what the administrator reads, and what the audit says of a key that was there when it
 * gets there, or when its time is moved. */
static const struct {
    const char *text;
    audit_event event;
} change_states[] = {
    [KEY_PUBLISHED] = { "published", AUDIT_KEY_CHANGED },
    [KEY_ACTIVE] = { "active", AUDIT_KEY_ACTIVATED },
    [KEY_RETIRING] = { "retiring", AUDIT_KEY_RETIRED },
    [KEY_RETIRED] = { "retired", AUDIT_KEY_RETIRED },
    [KEY_COMPROMISED] = { "compromised", AUDIT_KEY_REVOKED },
    [KEY_VERIFY_ONLY] = { "verify_only", AUDIT_KEY_CHANGED },
};

const char *keyring_state_text(key_state state)
{
    bool is_known = state >= KEY_PUBLISHED && state <= KEY_VERIFY_ONLY;

    return is_known ? change_states[state].text : "unknown";
}

static srv_status change_note(store_txn *txn, const schedule_key *key, audit_event event)
{
    const char *const texts[] = {
        "kid", key->row.kid, "alg", key->row.alg, "state", keyring_state_text(key->row.state), NULL,
    };

    return store_audit_note(txn, event, texts);
}

/* How it came, and that it signs already, are two things to know. */
static srv_status change_write_audit(store_txn *txn, const schedule_key *key)
{
    if (!key->is_new)
        return change_note(txn, key, change_states[key->row.state].event);
    TRY(change_note(txn, key, key->is_imported ? AUDIT_KEY_IMPORTED : AUDIT_KEY_CREATED));
    return key->row.state == KEY_ACTIVE ? change_note(txn, key, AUDIT_KEY_ACTIVATED) : SRV_OK;
}

static srv_status change_write_one(store_txn *txn, const schedule_key *key)
{
    TRY(key->is_new ? store_key_add(txn, &key->row) : store_key_update(txn, &key->row));
    return change_write_audit(txn, key);
}

/* The old active key first: the database allows one of them. */
static srv_status change_write(store_txn *txn, const schedule_keys *keys)
{
    for (int is_active = 0; is_active <= 1; is_active++) {
        for (size_t i = 0; i < keys->count; i++) {
            const schedule_key *key = &keys->keys[i];

            if (key->is_changed && (key->row.state == KEY_ACTIVE) == (is_active == 1))
                TRY(change_write_one(txn, key));
        }
    }
    return SRV_OK;
}

static srv_status change_job(store_txn *txn, void *ctx, srv_error *error)
{
    ring_change *change = ctx;

    if (change->batch)
        tape_batch_reset(change->batch);
    TRY(store_keys_lock(txn));
    TRY(change_read(change->ring, txn, &change->keys, error));
    TRY(change->action(change, txn, error));
    return change_write(txn, &change->keys);
}

/* The tape comes first: what was revoked is refused even when the new snapshot cannot be made. */
static srv_status change_commit(keyring *ring, ring_change *change, srv_error *error)
{
    TRY(store_write(ring->store, change_job, change, error));
    if (change->tape)
        TRY(tape_add(change->tape, change->batch));
    return ring_show(ring, &change->keys, error);
}

static srv_status change_run(keyring *ring, ring_change *change, srv_error *error)
{
    srv_status status = change_commit(ring, change, error);

    schedule_done(&change->keys);
    return status;
}

static srv_status change_make_key(const keyring *ring, signing_key_row *row, srv_error *error)
{
    lanyard_key *key = NULL;

    if (ring->given)
        return sealed_from_key(&ring->masters, ring->given, row, error);

    lanyard_status made = lanyard_key_generate(LANYARD_KEYGEN(.alg = ring->alg), NULL, &key, NULL);

    if (made != LANYARD_OK)
        return srv_fail_lanyard(error, made);

    srv_status status = sealed_from_key(&ring->masters, key, row, error);

    lanyard_key_free(key);
    return status;
}

/* Runs the change with a new key, which lies in memory of its own: a row is large. */
static srv_status change_run_fresh(keyring *ring, ring_change *change, srv_error *error)
{
    change->fresh = calloc(1, sizeof *change->fresh);
    if (!change->fresh)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for a key");

    srv_status status = change_make_key(ring, change->fresh, error);

    if (status == SRV_OK)
        status = change_run(ring, change, error);
    free(change->fresh);
    return status;
}

static srv_status change_step(ring_change *change, store_txn *txn, srv_error *error)
{
    (void)error;
    return schedule_step(&change->keys, change->fresh, &change->ring->rules, store_now(txn))
               ? SRV_OK
               : SRV_E_NO_MEMORY;
}

typedef struct change_look {
    const keyring *ring;
    schedule_keys keys;
    bool is_due;
    bool wants_key;
} change_look;

static srv_status change_look_job(store_txn *txn, void *ctx, srv_error *error)
{
    change_look *look = ctx;
    const schedule_rules *rules = &look->ring->rules;

    look->is_due = false;
    TRY(change_read(look->ring, txn, &look->keys, error));
    look->wants_key = schedule_wants_key(&look->keys, rules, store_now(txn));
    if (!schedule_step(&look->keys, NULL, rules, store_now(txn)))
        return SRV_E_NO_MEMORY;
    for (size_t i = 0; i < look->keys.count; i++)
        look->is_due |= look->keys.keys[i].is_changed;
    return SRV_OK;
}

static srv_status change_tick(keyring *ring, srv_error *error)
{
    change_look look = { .ring = ring };
    ring_change change = { .ring = ring, .action = change_step };
    srv_status status = store_read(ring->store, change_look_job, &look, error);

    if (status == SRV_OK && look.wants_key)
        status = change_run_fresh(ring, &change, error);
    else if (status == SRV_OK && look.is_due)
        status = change_run(ring, &change, error);
    else if (status == SRV_OK)
        status = ring_show(ring, &look.keys, error);
    schedule_done(&look.keys);
    return status;
}

srv_status keyring_tick(keyring *ring, srv_error *error)
{
    pthread_mutex_lock(&ring->work);

    srv_status status = change_tick(ring, error);

    pthread_mutex_unlock(&ring->work);
    return status;
}

/* Puts the fresh key in: published, or active at once. */
static srv_status change_add_fresh(ring_change *change, srv_time now, bool at_once)
{
    const schedule_rules *rules = &change->ring->rules;
    schedule_key *key = schedule_add(&change->keys);

    if (!key)
        return SRV_E_NO_MEMORY;
    key->row = *change->fresh;
    key->row.created_at = now;
    key->row.active_from = now + rules->publish_before;
    key->row.state = KEY_PUBLISHED;
    key->is_new = true;
    key->is_changed = true;
    if (at_once)
        schedule_activate(&change->keys, key, rules, now);
    return SRV_OK;
}

static srv_status change_rotate(ring_change *change, store_txn *txn, srv_error *error)
{
    schedule_keys *keys = &change->keys;
    srv_time now = store_now(txn);

    if (change->ring->rules.given_kid)
        return change_step(change, txn, error);
    /* A key that waits already is what is asked for: it is only used sooner. */
    for (size_t i = 0; i < keys->count && !change->at_once; i++) {
        signing_key_row *row = &keys->keys[i].row;
        srv_time soonest = row->created_at + change->ring->rules.publish_before;

        if (row->state != KEY_PUBLISHED || strcmp(row->alg, change->ring->alg) != 0)
            continue;
        row->active_from = soonest > now ? soonest : now;
        keys->keys[i].is_changed = true;
        return change_step(change, txn, error);
    }
    return change_add_fresh(change, now, change->at_once);
}

static srv_status change_rotate_now(keyring *ring, bool at_once, srv_error *error)
{
    ring_change change = { .ring = ring, .action = change_rotate, .at_once = at_once };

    if (ring->rules.given_kid)
        TRY(ring_read_secret(ring, error));
    return change_run_fresh(ring, &change, error);
}

srv_status keyring_rotate(keyring *ring, bool at_once, srv_error *error)
{
    pthread_mutex_lock(&ring->work);

    srv_status status = change_rotate_now(ring, at_once, error);

    pthread_mutex_unlock(&ring->work);
    return status;
}

static srv_status change_revoke(ring_change *change, store_txn *txn, srv_error *error)
{
    const schedule_rules *rules = &change->ring->rules;
    schedule_key *key = schedule_find(&change->keys, change->kid);

    if (!key || keyring_state_is_over(key->row.state))
        return srv_fail(error, SRV_E_NOT_FOUND, "no key in use has that kid");

    bool was_active = key->row.state == KEY_ACTIVE;

    if (was_active && rules->given_kid)
        return srv_fail(error, SRV_E_INVALID,
                        "the given secret signs: change its file, rotate, then revoke the old one");
    key->row.state = KEY_COMPROMISED;
    key->row.retire_after = store_now(txn);
    key->is_changed = true;
    if (DEFENDS(43))
        TRY(tape_write(txn, change->batch, TAPE_KID,
                       (lanyard_bytes){ (const uint8_t *)change->kid, strlen(change->kid) },
                       rules->token_life));
    return was_active ? change_add_fresh(change, store_now(txn), true) : SRV_OK;
}

static srv_status change_revoke_now(keyring *ring, const char *kid, srv_tape *tape,
                                    srv_error *error)
{
    tape_batch batch;
    ring_change change = {
        .ring = ring,
        .action = change_revoke,
        .kid = kid,
        .tape = tape,
        .batch = &batch,
    };

    tape_batch_init(&batch);

    srv_status status = change_run_fresh(ring, &change, error);

    tape_batch_done(&batch);
    return status;
}

srv_status keyring_revoke(keyring *ring, const char *kid, srv_tape *tape, srv_error *error)
{
    pthread_mutex_lock(&ring->work);

    srv_status status = change_revoke_now(ring, kid, tape, error);

    pthread_mutex_unlock(&ring->work);
    return status;
}

static srv_status change_import(ring_change *change, store_txn *txn, srv_error *error)
{
    srv_time now = store_now(txn);

    if (schedule_find(&change->keys, change->fresh->kid))
        return srv_fail(error, SRV_E_CONFLICT, "a key of that kid is there already");
    if (change->until != 0 && change->until <= now)
        return srv_fail(error, SRV_E_INVALID, "the time until which it verifies is over");
    TRY(change_add_fresh(change, now, change->at_once && change->until == 0));

    schedule_key *key = &change->keys.keys[change->keys.count - 1];

    key->is_imported = true;
    if (change->until == 0)
        return SRV_OK;
    key->row.state = KEY_VERIFY_ONLY;
    key->row.retire_after = change->until;
    return SRV_OK;
}

srv_status ring_import_row(keyring *ring, signing_key_row *row, srv_time until, bool at_once,
                           srv_error *error)
{
    ring_change change = {
        .ring = ring,
        .action = change_import,
        .fresh = row,
        .until = until,
        .at_once = at_once,
    };

    pthread_mutex_lock(&ring->work);

    srv_status status = change_run(ring, &change, error);

    pthread_mutex_unlock(&ring->work);
    return status;
}
