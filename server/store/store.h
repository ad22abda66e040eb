/* store.h - the one door to the database: SQLite and PostgreSQL behind it, no SQL before it.
 *
 * A store is shared by all threads. Work is done by jobs: functions that get a transaction and run
 * from BEGIN to COMMIT without waiting for anything else (no hashing, no signing, no network).
 *
 *   store_write()  SQLite: the job runs on the writer thread inside a savepoint of its own; a batch
 *                  of at most 64 jobs, or 2 ms of them, commits at once (group commit).
 *                  PostgreSQL: it runs on the calling thread over a connection of the pool.
 *                  It returns after COMMIT: what it says is durable.
 *   store_read()   the same over a read-only snapshot; never waits for writers.
 *
 * A job that returns anything but SRV_OK is rolled back alone, and that status is handed on: an
 * outcome that must be kept (a reuse that ends the session) is SRV_OK with a verdict in ctx. A job
 * may be run again from its start (deadlock, lost connection before COMMIT), so it sets its outputs
 * anew each time and acts on nothing outside of ctx. E_UNAVAILABLE: the database did not answer;
 * after it an outcome may or may not stand, but only when COMMIT itself was cut off.
 *
 * The functions of the tables take a transaction, CONFINED to its job. They write outputs only on
 * SRV_OK. E_NOT_FOUND means no such row; E_UNAVAILABLE, E_INTERNAL and E_NO_MEMORY can come from
 * any of them and are not repeated below.
 */
#ifndef SERVER_STORE_STORE_H
#define SERVER_STORE_STORE_H

#include "store/rows.h"

typedef struct srv_store srv_store;
typedef struct store_txn store_txn;
typedef srv_status store_job(store_txn *txn, void *ctx, srv_error *error);

typedef struct store_opts {
    const char *url; /* "sqlite:PATH", "sqlite::memory:" or "postgresql://..." without password */
    unsigned connections; /* readers of SQLite, pool of PostgreSQL; 0: 4, 16 */
    unsigned wait_ms;     /* for a connection, a lock or a reconnect; 0: 5000 */
    bool is_there;        /* SQLite: no new file where there is none */
    bool is_deaf;         /* PostgreSQL without LISTEN: store_wait() only polls */
    bool is_walk;    /* one connection, jobs on the calling thread: store_mark(), store_back() */
    srv_clock clock; /* NULL: SQLite the wall clock, PostgreSQL its clock_timestamp() */
} store_opts;

/* E_CONFIG: libpq would take a password from the environment, where secrets come by file only. */
SRV_CHECK srv_status store_check_environment(const char *url, srv_error *error);

/* Connects; does not look at the schema. E_CONFIG (a URL of another kind, or with a password; no
 * file there), E_UNAVAILABLE. */
SRV_CHECK srv_status store_open(const store_opts *opts, srv_store **opened, srv_error *error);
void store_close(srv_store *store); /* waits for the jobs that run; NULL is fine */

/* "sqlite" or "postgresql". */
const char *store_kind(const srv_store *store);

/* Brings the schema up to this program's version: forward only, each step checksummed, and safe
 * when two processes start at once. E_SCHEMA: the database is of a newer version (its number is
 * in the detail), or a step was changed after it had been applied. */
SRV_CHECK srv_status store_migrate(srv_store *store, srv_error *error);

typedef struct store_schema {
    int found;  /* version of the database, 0 for an empty one */
    int wanted; /* of this program */
} store_schema;
SRV_CHECK srv_status store_schema_read(srv_store *store, store_schema *schema, srv_error *error);

SRV_CHECK srv_status store_write(srv_store *store, store_job *job, void *ctx, srv_error *error);
SRV_CHECK srv_status store_read(srv_store *store, store_job *job, void *ctx, srv_error *error);
/* A job of one statement that writes, and fails with E_NOT_FOUND where it changes nothing or
 * another transaction holds the row: together with those of other callers, bundle.h. Where that
 * saves nothing (SQLite), E_NOT_FOUND at once. *is_lost: it failed and may stand all the same. No
 * such job writes on the tape. */
SRV_CHECK srv_status store_alone(srv_store *store, store_job *job, void *ctx, bool *is_lost,
                                 srv_error *error);

/* The transaction's own now: read once when the job began. All its decisions use it. */
srv_time store_now(const store_txn *txn);

/* For walks over all orders of steps (opts.is_walk): puts a mark before a step, and goes back to
 * the last mark, which vanishes. Marks nest. */
SRV_CHECK srv_status store_mark(srv_store *store);
SRV_CHECK srv_status store_back(srv_store *store);

/* Waits until a revocation may have been written by anybody, or timeout_ms: a hint, never the
 * truth. One thread only. store_wake() ends the wait from any thread. */
void store_wait(srv_store *store, unsigned timeout_ms);
void store_wake(srv_store *store);

/* Writes a copy of one moment, an SQLite database (0600) with a digest over its rows, to a path
 * that is not there yet. E_CONFIG; E_SCHEMA: the store is of another version, or empty. */
SRV_CHECK srv_status store_backup(srv_store *store, const char *path, srv_error *error);
/* E_INVALID: it is no such copy, or was changed; E_SCHEMA: of another version; E_CONFIG. */
SRV_CHECK srv_status store_backup_check(const char *path, srv_error *error);
/* Checks such a copy, then replaces all rows by its rows. */
SRV_CHECK srv_status store_restore(srv_store *store, const char *path, srv_error *error);
/* SQLite: quick_check and foreign keys. PostgreSQL: that every table answers. */
SRV_CHECK srv_status store_check(srv_store *store, srv_error *error);

/* --- meta: single values by name --- */
#define META_VALUE_MAX 512
/* *len bytes. E_NOT_FOUND. */
SRV_CHECK srv_status store_meta_get(store_txn *txn, const char *key, uint8_t value[META_VALUE_MAX],
                                    size_t *len);
SRV_CHECK srv_status store_meta_set(store_txn *txn, const char *key, lanyard_bytes value);
/* Only when there is none: of two processes that start at once one wins; read it afterwards. */
SRV_CHECK srv_status store_meta_add(store_txn *txn, const char *key, lanyard_bytes value);

/* --- users and their addresses --- */
SRV_CHECK srv_status store_user_add(store_txn *txn, const user_row *user); /* E_USERNAME_TAKEN */
SRV_CHECK srv_status store_user_get(store_txn *txn, const srv_id *id, user_row *user);
/* The same, and nobody else changes the user, nor starts or ends all their sessions, before this
 * transaction ends. Whatever touches more than one session of a user takes it first. */
SRV_CHECK srv_status store_user_lock(store_txn *txn, const srv_id *id, user_row *user);
SRV_CHECK srv_status store_user_find(store_txn *txn, const char *username, user_row *user);
SRV_CHECK srv_status store_user_find_email(store_txn *txn, const char *address_norm,
                                           user_row *user);
/* Everything but id, created_at and the address. E_CONFLICT: user->version is not the row's;
 * E_USERNAME_TAKEN. */
SRV_CHECK srv_status store_user_update(store_txn *txn, const user_row *user);
typedef bool store_user_each(void *ctx, const user_row *user); /* false: enough */
/* In order of id, after that one (nil: from the first); find: part of a name or address, or "". */
SRV_CHECK srv_status store_users(store_txn *txn, const srv_id *after, const char *find, int limit,
                                 store_user_each *each, void *ctx);

SRV_CHECK srv_status store_email_add(store_txn *txn, const email_row *email); /* E_EMAIL_TAKEN */
SRV_CHECK srv_status store_emails_remove(store_txn *txn, const srv_id *user_id);

/* --- credentials --- */
SRV_CHECK srv_status store_password_get(store_txn *txn, const srv_id *user_id,
                                        credential_row *credential);
/* Puts it in the place of the one there was, if any. */
SRV_CHECK srv_status store_password_set(store_txn *txn, const credential_row *credential);
/* Writes a better hash of the same password. E_CONFLICT: the row does not hold old any more. */
SRV_CHECK srv_status store_password_rehash(store_txn *txn, const srv_id *id, const char *old,
                                           const char *better);
SRV_CHECK srv_status store_credentials_remove(store_txn *txn, const srv_id *user_id);

/* --- sessions --- */
SRV_CHECK srv_status store_session_add(store_txn *txn, const session_row *session);
SRV_CHECK srv_status store_session_get(store_txn *txn, const srv_id *id, session_row *session);
/* The same, locked against every other transaction until this one ends. */
SRV_CHECK srv_status store_session_lock(store_txn *txn, const srv_id *id, session_row *session);

typedef struct session_step {
    srv_id id;
    int64_t gen; /* of the token shown */
    uint8_t fam_hash[SRV_SHA256_LEN];
    int64_t idle_life; /* microseconds from now to the new limit */
    session_origin from;
} session_step;
/* The compare-and-swap: gen + 1 when gen, family, end and limits allow. E_NOT_FOUND: not so. */
SRV_CHECK srv_status store_session_rotate(store_txn *txn, const session_step *step,
                                          session_row *session);
/* Counts a re-issue of generation gen + 1, keeps followers; same conditions. E_NOT_FOUND: not so.
 */
SRV_CHECK srv_status store_session_reissue(store_txn *txn, const session_step *step,
                                           lanyard_bytes followers);
/* E_NOT_FOUND: there is none, or it had ended. */
SRV_CHECK srv_status store_session_end(store_txn *txn, const srv_id *id, end_reason reason);

typedef bool store_session_each(void *ctx, const session_row *session); /* false: enough */
typedef bool store_id_each(void *ctx, const srv_id *id);                /* the same */
/* The user's sessions that have not ended and whose limits lie after that time, the oldest first;
 * alive_at 0: those that have expired, too. */
SRV_CHECK srv_status store_sessions(store_txn *txn, const srv_id *user_id, srv_time alive_at,
                                    store_session_each *each, void *ctx);
/* The ids of a user's live sessions but for the count newest ones. */
SRV_CHECK srv_status store_sessions_beyond(store_txn *txn, const srv_id *user_id, unsigned count,
                                           store_id_each *each, void *ctx);
/* Of all users, after that id; for the administrator and for restore. */
SRV_CHECK srv_status store_sessions_all(store_txn *txn, const srv_id *after, int limit,
                                        store_session_each *each, void *ctx);
/* Of the next count sessions after that id, deletes those that ended or expired before that time.
 * *after becomes the last that it looked at; nil: there are no more. */
SRV_CHECK srv_status store_sessions_sweep(store_txn *txn, srv_time before, int count,
                                          srv_id *after);

/* --- the revocation tape --- */
/* Gives entry->seq. From the first entry on, no other transaction writes one before this ends, so
 * that the order of seq is the order of commit. */
SRV_CHECK srv_status store_tape_add(store_txn *txn, tape_row *entry);
typedef bool store_tape_each(void *ctx, const tape_row *entry); /* false: enough */
/* Entries after seq that have not expired, in order. */
SRV_CHECK srv_status store_tape(store_txn *txn, int64_t after_seq, int limit, store_tape_each *each,
                                void *ctx);
SRV_CHECK srv_status store_tape_last(store_txn *txn, int64_t *seq); /* 0: none ever */
/* Deletes at most limit entries that expired before that time; the last one always stays. */
SRV_CHECK srv_status store_tape_trim(store_txn *txn, srv_time before, int limit, int64_t *removed);

/* --- audit --- */
SRV_CHECK srv_status store_audit_add(store_txn *txn, const audit_row *row);
/* A row of that event and nobody, with a JSON object of texts: names and values in turn, and NULL.
 */
SRV_CHECK srv_status store_audit_note(store_txn *txn, audit_event event, const char *const *texts);
typedef bool store_audit_each(void *ctx, const audit_row *row); /* false: enough */
/* Before that seq (0: from the end), the latest first; subject nil: of everybody. */
SRV_CHECK srv_status store_audit(store_txn *txn, const srv_id *subject, int64_t before_seq,
                                 int limit, store_audit_each *each, void *ctx);

/* --- signing keys --- */
SRV_CHECK srv_status store_key_add(store_txn *txn, const signing_key_row *key); /* E_CONFLICT */
/* state, active_from and retire_after. */
SRV_CHECK srv_status store_key_update(store_txn *txn, const signing_key_row *key);
typedef bool store_key_each(void *ctx, const signing_key_row *key); /* false: enough */
SRV_CHECK srv_status store_keys(store_txn *txn, store_key_each *each, void *ctx);
/* Of two processes that would rotate at once, the second waits here. */
SRV_CHECK srv_status store_keys_lock(store_txn *txn);

/* --- OAuth clients --- */
SRV_CHECK srv_status store_client_add(store_txn *txn, const client_row *client); /* E_CONFLICT */
SRV_CHECK srv_status store_client_get(store_txn *txn, const char *id, client_row *client);
SRV_CHECK srv_status store_client_update(store_txn *txn, const client_row *client);
SRV_CHECK srv_status store_client_remove(store_txn *txn, const char *id);
typedef bool store_client_each(void *ctx, const client_row *client); /* false: enough */
SRV_CHECK srv_status store_clients(store_txn *txn, store_client_each *each, void *ctx);

#endif
