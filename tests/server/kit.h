/* kit.h - what the server's tests share: a database of their own, a clock of their own, users with
 * sessions, and over that hashes and access tokens where a test asks for them.
 *
 * The database is $LANYARD_TEST_DB (tests/server/with-postgres sets it) or SQLite: a new file under
 * the temporary folder, or memory for a walk. What a test asks of the kit succeeds, or the test has
 * failed; what returns a status is judged by the test. */
#ifndef TESTS_SERVER_KIT_H
#define TESTS_SERVER_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "asserts.h"
#include "account/commit.h"
#include "base/text.h"
#include "session/access.h"
#include "session/session.h"
#include "store/driver.h"

#define KIT_START    (1700000000 * SRV_SECOND)
#define KIT_TEXT_MAX 4096 /* of a token */

/* Where users are, and what they know. */
#define HOME     "198.51.100.7"
#define PASSWORD "a long walk on the beach"

#define assert_ok(call) assert_srv(call, SRV_OK)

typedef struct kit_clock {
    srv_time now;
} kit_clock;

typedef struct srv_kit {
    char url[256];
    char path[128]; /* of the SQLite file, or "" */
    kit_clock clock;
    srv_store *store;
    srv_tape *tape;
    sessions sessions;
    accounts accounts;
    hash_pool *hashes; /* from here on: NULL, or "", until it is asked for */
    keyring *ring;
    access_tokens *tokens;
    char folder[64]; /* of a ring's keys */
    char master[96]; /* in it, written by the ring */
    char secret[96]; /* in it, written by a test that has one */
} srv_kit;

srv_time kit_now(void *clock);
void kit_script(const char *url, const char *sql);

/* kit_open() is these three: an empty database; its store; and what is in memory, made anew, the
 * start of a process. */
void kit_database(srv_kit *kit, bool is_walk);
void kit_open_store(srv_kit *kit, bool is_walk);
void kit_start(srv_kit *kit, const session_rules *rules);
void kit_stop(srv_kit *kit);
void kit_open(srv_kit *kit, bool is_walk, const session_rules *rules);
/* Passwords are hashed from now on, at little cost. */
void kit_add_hashes(srv_kit *kit, unsigned workers);
/* A folder for a ring's keys: the paths of master and secret. */
void kit_add_folder(srv_kit *kit);
/* A folder, a ring of keys in it, and access tokens of 900 s. */
void kit_add_tokens(srv_kit *kit);
void kit_close(srv_kit *kit);

/* A test whose state is a kit of its own. */
int kit_setup(void **state);
int kit_setup_walk(void **state);
int kit_teardown(void **state);
#define OVER_A_KIT(test)  cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)
#define OVER_A_WALK(test) cmocka_unit_test_setup_teardown(test, kit_setup_walk, kit_teardown)

/* --- users and their sessions --- */

session_origin kit_from(const char *address);
/* Registers a user of that name with a PHC string instead of a password. */
srv_id kit_user(srv_kit *kit, const char *name, const char *address, session_grant *grant);
/* From HOME. */
srv_status kit_log_in(srv_kit *kit, const char *login, const char *password, user_row *user,
                      session_grant *grant);
void kit_log_out(srv_kit *kit, const session_grant *grant);
srv_status kit_refresh(srv_kit *kit, const char *text, const char *address, session_grant *grant,
                       srv_error *error);

/* --- rows of users, and the jobs that write and read them --- */

typedef struct kit_find_user {
    const char *name;
    user_row user;
} kit_find_user;

user_row kit_some_user(srv_kit *kit, const char *name);
srv_status kit_add_user(store_txn *txn, void *ctx, srv_error *error);
srv_status kit_read_user(store_txn *txn, void *ctx, srv_error *error);

/* --- what was written, as text --- */

/* Takes the text out of the buffer, which is done then. */
void kit_take_text(lanyard_buf *out, char text[KIT_TEXT_MAX]);
void kit_write_access(srv_kit *kit, const session_grant *grant, char text[KIT_TEXT_MAX]);

#endif
