/* schedule.h - what is due to the keys at a time: a function of the rows and nothing else.
 *
 *     published --(active_from)--> active --(the next takes over)--> retiring --(retire_after)-->
 *     retired; verify only --(retire_after)--> retired; any --(stolen)--> compromised
 */
#ifndef SERVER_KEYRING_SCHEDULE_H
#define SERVER_KEYRING_SCHEDULE_H

#include "store/rows.h"

/* What the clocks and the ticks of two processes may differ: a key that another one still signs
 * with for a moment must not retire before those tokens do. */
#define SCHEDULE_MARGIN (5 * SRV_MINUTE)

typedef struct schedule_rules {
    const char *alg;
    const char *given_kid; /* of a secret by configuration: it is used at once, and never rotated */
    srv_time rotate_every;
    srv_time publish_before;
    srv_time token_life;
} schedule_rules;

typedef struct schedule_key {
    signing_key_row row;
    bool is_changed;
    bool is_new; /* not in the store yet */
    bool is_imported;
} schedule_key;

typedef struct schedule_keys { /* published, active, retiring and verify only */
    schedule_key *keys;
    size_t count;
    size_t cap;
} schedule_keys;

/* Room for one more, all zero; NULL: no memory. */
schedule_key *schedule_add(schedule_keys *all);
void schedule_clear(schedule_keys *all); /* wipes, keeps the memory */
void schedule_done(schedule_keys *all);

/* Borrowed, or NULL. */
schedule_key *schedule_active(const schedule_keys *all);
schedule_key *schedule_find(const schedule_keys *all, const char *kid);

/* The old active key retires after its last token, and this one signs from now on. */
void schedule_activate(const schedule_keys *all, schedule_key *key, const schedule_rules *rules,
                       srv_time now);

/* true: a key must be made before schedule_step() can do all that is due. */
bool schedule_wants_key(const schedule_keys *all, const schedule_rules *rules, srv_time now);

/* Does all that is due. fresh: a new key of the wanted algorithm, taken in when one is wanted;
 * NULL: none was made. false: no memory. */
SRV_CHECK bool schedule_step(schedule_keys *all, const signing_key_row *fresh,
                             const schedule_rules *rules, srv_time now);

#endif
