/* longest.c - how long a token may live that is still alive.
 *
 * Whoever shortens the life of tokens has older ones about that live longer. What ends their
 * session must stand on the tape, and what verifies them in the key set, for as long as they live;
 * so the database keeps the longest life that was ever given, until the last such token is gone.
 */
#include <string.h>
#include "session/session.h"

#define META_LONGEST "token life"

typedef struct longest_kept {
    srv_time life;
    srv_time lowered; /* when a shorter one came; 0: it is the one in use */
} longest_kept;

typedef struct longest_work {
    srv_time wanted;   /* the life that tokens have from now on */
    srv_time at_least; /* that some have, whatever the database says */
    srv_time life;
} longest_work;

static srv_status longest_read(store_txn *txn, longest_kept *kept)
{
    uint8_t value[META_VALUE_MAX];
    size_t len = 0;
    srv_status status = store_meta_get(txn, META_LONGEST, value, &len);

    *kept = (longest_kept){ .life = 0 };
    if (status == SRV_OK && len == sizeof *kept)
        memcpy(kept, value, sizeof *kept);
    return status == SRV_E_NOT_FOUND ? SRV_OK : status;
}

static srv_status longest_job(store_txn *txn, void *ctx, srv_error *error)
{
    longest_work *work = ctx;
    longest_kept found;

    (void)error;
    TRY(longest_read(txn, &found));

    longest_kept kept = found;

    if (work->at_least > kept.life)
        kept = (longest_kept){ .life = work->at_least };

    bool is_over = kept.lowered > 0 && store_now(txn) - kept.lowered > kept.life;

    if (work->wanted >= kept.life || is_over)
        kept = (longest_kept){ .life = work->wanted };
    else if (kept.lowered == 0)
        kept.lowered = store_now(txn);
    work->life = kept.life;
    if (memcmp(&kept, &found, sizeof kept) == 0)
        return SRV_OK;
    return store_meta_set(txn, META_LONGEST, (lanyard_bytes){ (uint8_t *)&kept, sizeof kept });
}

srv_status sessions_longest_life(const sessions *all, store_txn *txn, srv_time *life)
{
    longest_kept kept;

    TRY(longest_read(txn, &kept));
    *life = all->rules.longest_life;
    if (*life < kept.life)
        *life = kept.life;
    return SRV_OK;
}

srv_status sessions_settle_life(sessions *all, srv_time at_least, srv_error *error)
{
    longest_work work = { .wanted = session_rules_life(&all->rules), .at_least = at_least };

    TRY(store_write(all->store, longest_job, &work, error));
    all->rules.longest_life = work.life;
    return SRV_OK;
}

srv_status sessions_take_rules(sessions *all, const session_rules *rules, srv_error *error)
{
    TRY(sessions_settle_life(all, session_rules_life(rules), error));
    sessions_set_rules(all, rules);
    return sessions_settle_life(all, 0, error);
}
