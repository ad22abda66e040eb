/* test_walks.c - every order of what can happen to a session, judged by what must never happen.
 *
 * How it works. The steps are walked as a tree, depth first: a mark in the store, the step, the
 * judgment, all continuations, back to the mark. The steps go through the server's own functions
 * over its own store, below the password hash, with a given clock. The judge keeps a history of
 * what was handed out and acknowledged; it never predicts an answer.
 *
 * The owner holds the latest tokens that reached them. The thief acts from another address, and
 * copied a refresh token at the start, or copies the owner's when first acting.
 *
 *     test_walks [DEPTH]      (or LANYARD_WALK_DEPTH)
 */
#include "kit.h"

#include "tape/tape_own.h"

#define GRACE      (30 * SRV_SECOND)
#define IDLE       (7 * SRV_DAY)
#define SESSIONS   8
#define GRANTS     10
#define DEPTH_MAX  7
#define OWNER_HOME "198.51.100.7"
#define THIEF_HOME "203.0.113.9"

/* X(name) in the order in which they are tried. */
#define WALK_STEPS(X)                                                                              \
    X(owner)                                                                                       \
    X(owner_lost)                                                                                  \
    X(thief)                                                                                       \
    X(logout)                                                                                      \
    X(password)                                                                                    \
    X(wait_5)                                                                                      \
    X(wait_31)                                                                                     \
    X(expiry)                                                                                      \
    X(restart)

#define STEP_ENUM(name) STEP_##name,
typedef enum walk_step { WALK_STEPS(STEP_ENUM) STEPS } walk_step;
#define STEP_NAME(name) #name,
static const char *const step_names[] = { WALK_STEPS(STEP_NAME) };

typedef struct walk_grant {
    int64_t exp;
    int64_t iat;
} walk_grant;

/* The history of one session. */
typedef struct walk_session {
    srv_id sid;
    bool is_ended;                 /* acknowledged */
    bool has_thief;                /* the thief showed a token of it */
    char latest[REFRESH_TEXT_MAX]; /* the last refresh token handed out */
    int64_t latest_gen;
    srv_time rotated_at; /* when it was first handed out */
    walk_grant grants[GRANTS];
    size_t grants_count;
} walk_session;

typedef struct walk_state {
    walk_session sessions[SESSIONS];
    size_t sessions_count;
    size_t current; /* the owner's */
    char owner[REFRESH_TEXT_MAX];
    char thief[REFRESH_TEXT_MAX];
    char phc[PHC_MAX];
    srv_time now;
} walk_state;

typedef struct walk {
    srv_kit kit;
    srv_id user_id;
    walk_state start;
    walk_step path[DEPTH_MAX];
    size_t path_len;
    size_t depth;
    unsigned long walks;
    unsigned long steps;
    unsigned long issued;
    unsigned long refused;
} walk;

static void walk_violated(const walk *walker, const char *rule)
{
    char path[256] = "";

    for (size_t i = 0; i < walker->path_len; i++) {
        size_t len = strlen(path);

        snprintf(path + len, sizeof path - len, " %s", step_names[walker->path[i]]);
    }
    fail_msg("after%s: %s", path, rule);
}

static void walk_must(const walk *walker, bool holds, const char *rule)
{
    if (!holds)
        walk_violated(walker, rule);
}

static walk_session *walk_find(walk_state *state, const srv_id *sid)
{
    for (size_t i = 0; i < state->sessions_count; i++)
        if (srv_id_equal(&state->sessions[i].sid, sid))
            return &state->sessions[i];
    return NULL;
}

static refresh_token walk_token(const walk *walker, const char *text)
{
    refresh_token token;

    assert_ok(refresh_token_read(&walker->kit.sessions.keys, lanyard_str_of(text), &token));
    return token;
}

/* Everything that is handed out passes here. */
static void walk_issued(walk *walker, walk_state *state, const session_grant *grant)
{
    walk_session *session = walk_find(state, &grant->sid);
    int64_t gen = walk_token(walker, grant->refresh).gen;

    walker->issued++;
    if (!session) {
        session = &state->sessions[state->sessions_count++];
        *session = (walk_session){ .sid = grant->sid, .latest_gen = -1 };
    }
    walk_must(walker, !session->is_ended, "a token was issued after an acknowledged end");
    if (gen == session->latest_gen) {
        walk_must(walker, strcmp(grant->refresh, session->latest) == 0,
                  "two refresh tokens of one generation differ");
    } else {
        walk_must(walker, gen == session->latest_gen + 1, "a generation was issued out of order");
        session->latest_gen = gen;
        session->rotated_at = state->now;
        memcpy(session->latest, grant->refresh, sizeof session->latest);
    }
    walk_must(walker, grant->exp - grant->iat <= 900 && grant->iat <= state->now / SRV_SECOND,
              "an access token lives too long");
    session->grants[session->grants_count++] = (walk_grant){ grant->exp, grant->iat };
}

static session_row walk_row(walk *walker, const srv_id *sid);

typedef struct walk_read {
    const srv_id *sid;
    session_row row;
} walk_read;

static srv_status walk_read_job(store_txn *txn, void *ctx, srv_error *error)
{
    walk_read *read = ctx;

    (void)error;
    return store_session_get(txn, read->sid, &read->row);
}

static session_row walk_row(walk *walker, const srv_id *sid)
{
    walk_read read = { .sid = sid };
    srv_error error = { 0 };

    assert_ok(store_read(walker->kit.store, walk_read_job, &read, &error));
    return read.row;
}

/* Shows a refresh token. true: a token came back, in *text. */
static bool walk_refresh(walk *walker, walk_state *state, const char *shown, const char *home,
                         char text[REFRESH_TEXT_MAX])
{
    refresh_token token = walk_token(walker, shown);
    walk_session *session = walk_find(state, &token.sid);
    bool is_late = token.gen < session->latest_gen && state->now - session->rotated_at > GRACE;
    session_grant grant;
    srv_error error = { 0 };
    srv_status status = kit_refresh(&walker->kit, shown, home, &grant, &error);

    if (status == SRV_OK) {
        walk_must(walker, !is_late, "a token that was used up more than grace ago was accepted");
        walk_issued(walker, state, &grant);
        memcpy(text, grant.refresh, REFRESH_TEXT_MAX);
        return true;
    }
    walker->refused++;
    assert_int_equal(srv_status_http(status), 401);

    session_row row = walk_row(walker, &session->sid);
    bool is_over = row.ended_at != 0 || row.idle_expires <= state->now;

    walk_must(walker, is_over, "a refusal left the session alive");
    if (is_late)
        walk_must(walker, status != SRV_OK && is_over,
                  "a token shown again more than grace later did not end the session");
    if (row.ended_at != 0)
        session->is_ended = true; /* from here on it is acknowledged */
    return false;
}

/* An owner who is alone, retries within grace, and has not logged out, is never refused. */
static void walk_owner_judge(const walk *walker, const walk_state *before, const walk_state *after)
{
    refresh_token token = walk_token(walker, before->owner);
    const walk_session *session = walk_find((walk_state *)(uintptr_t)before, &token.sid);
    bool is_retry = token.gen < session->latest_gen;
    bool is_in_time = is_retry ? before->now - session->rotated_at <= GRACE
                               : before->now - session->rotated_at < IDLE;

    (void)after;
    walk_must(walker, session->has_thief || session->is_ended || !is_in_time,
              "an owner alone, in time, was refused");
}

static void walk_owner(walk *walker, walk_state *state, bool is_lost)
{
    walk_state before = *state;
    char text[REFRESH_TEXT_MAX];

    if (!walk_refresh(walker, state, state->owner, OWNER_HOME, text))
        walk_owner_judge(walker, &before, state);
    else if (!is_lost)
        memcpy(state->owner, text, sizeof text);
}

static void walk_thief(walk *walker, walk_state *state)
{
    char text[REFRESH_TEXT_MAX];

    if (!state->thief[0])
        memcpy(state->thief, state->owner, sizeof state->thief);

    refresh_token token = walk_token(walker, state->thief);

    walk_find(state, &token.sid)->has_thief = true;
    if (walk_refresh(walker, state, state->thief, THIEF_HOME, text))
        memcpy(state->thief, text, sizeof text);
}

static void walk_logout(walk *walker, walk_state *state)
{
    walk_session *session = &state->sessions[state->current];
    session_logout logout = { .sid = session->sid,
                              .scope = LOGOUT_THIS,
                              .actor = walker->user_id,
                              .from = kit_from(OWNER_HOME) };
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&walker->kit.sessions, &logout, &revoked, &seq, &error));
    session->is_ended = true;
}

static void walk_password(walk *walker, walk_state *state)
{
    session_start start = { .from = kit_from(OWNER_HOME) };
    user_row user;
    credential_row credential;
    session_grant grant;
    srv_error error = { 0 };
    char phc[PHC_MAX];

    snprintf(phc, sizeof phc, "phc %lu", walker->steps);
    assert_ok(
        account_read_password(&walker->kit.accounts, &walker->user_id, &user, &credential, &error));
    assert_ok(account_commit_password(&walker->kit.accounts, &credential, phc, &start, &user,
                                      &grant, &error));
    for (size_t i = 0; i < state->sessions_count; i++)
        state->sessions[i].is_ended = true;
    walk_issued(walker, state, &grant);
    state->current = state->sessions_count - 1;
    memcpy(state->owner, grant.refresh, sizeof state->owner);
}

static void walk_restart(walk *walker)
{
    kit_stop(&walker->kit);
    kit_start(&walker->kit, NULL);
}

static void walk_take(walk *walker, walk_state *state, walk_step step)
{
    switch (step) {
    case STEP_owner:
    case STEP_owner_lost:
        walk_owner(walker, state, step == STEP_owner_lost);
        return;
    case STEP_thief:
        walk_thief(walker, state);
        return;
    case STEP_logout:
        walk_logout(walker, state);
        return;
    case STEP_password:
        walk_password(walker, state);
        return;
    case STEP_restart:
        walk_restart(walker);
        return;
    default:
        state->now += step == STEP_wait_5    ? 5 * SRV_SECOND
                      : step == STEP_wait_31 ? 31 * SRV_SECOND
                                             : IDLE + SRV_SECOND;
        walker->kit.clock.now = state->now;
        return;
    }
}

/* Every access token of a session that is over is refused, and as long as it could be shown. */
static void walk_judge_session(walk *walker, const walk_state *state, const walk_session *session)
{
    tape_question question = { .sid = session->sid, .sub = walker->user_id };
    const srv_tape *tape = walker->kit.tape;
    const tape_slot *slot = tape_set_find(&tape->set, TAPE_SID, SRV_BYTES(session->sid.bytes));
    bool has_ended = walk_row(walker, &session->sid).ended_at != 0;

    walk_must(walker, has_ended || !session->is_ended, "an acknowledged end was undone");
    for (size_t i = 0; i < session->grants_count; i++) {
        const walk_grant *grant = &session->grants[i];
        srv_time exp = grant->exp * SRV_SECOND;

        if (exp <= state->now)
            continue;
        question.iat = grant->iat;
        walk_must(walker, (tape_check(tape, &question) == SRV_E_SESSION_ENDED) == has_ended,
                  has_ended ? "an access token outlived its session"
                            : "an access token of a live session is refused");
        walk_must(walker, !has_ended || (slot && slot->expires_at > exp),
                  "an access token outlives its tape entry");
    }
}

static void walk_judge(walk *walker, const walk_state *state)
{
    for (size_t i = 0; i < state->sessions_count; i++)
        walk_judge_session(walker, state, &state->sessions[i]);
}

/* The process as it was before the steps that were undone. */
static void walk_back(walk *walker, const walk_state *state, size_t tape_before)
{
    srv_error error = { 0 };

    assert_ok(store_back(walker->kit.store));
    walker->kit.clock.now = state->now;
    if (tape_count(walker->kit.tape) != tape_before)
        assert_ok(tape_load(walker->kit.tape, &error));
}

static void walk_from(walk *walker, const walk_state *state)
{
    if (walker->path_len == walker->depth) {
        walker->walks++;
        return;
    }
    for (walk_step step = 0; step < STEPS; step++) {
        walk_state next = *state;
        size_t tape_before = tape_count(walker->kit.tape);

        assert_ok(store_mark(walker->kit.store));
        walker->path[walker->path_len++] = step;
        walker->steps++;
        walk_take(walker, &next, step);
        walk_judge(walker, &next);
        walk_from(walker, &next);
        walker->path_len--;
        walk_back(walker, state, tape_before);
    }
}

static void walk_open(walk *walker, size_t depth, bool steals_late)
{
    session_grant grant;

    *walker = (walk){ .depth = depth };
    kit_open(&walker->kit, true, NULL);
    walker->start.now = walker->kit.clock.now;
    walker->user_id = kit_user(&walker->kit, "owner", OWNER_HOME, &grant);
    walk_issued(walker, &walker->start, &grant);
    memcpy(walker->start.owner, grant.refresh, sizeof walker->start.owner);
    if (!steals_late)
        memcpy(walker->start.thief, grant.refresh, sizeof walker->start.thief);
}

static size_t walk_depth(void)
{
    const char *given = getenv("LANYARD_WALK_DEPTH");
    size_t usual = getenv("LANYARD_TEST_DB") ? 4 : 5;

    return given && given[0] >= '1' && given[0] <= '0' + DEPTH_MAX ? (size_t)(given[0] - '0')
                                                                   : usual;
}

static void walk_all(size_t depth, bool steals_late)
{
    static walk walker;

    walk_open(&walker, depth, steals_late);
    walk_from(&walker, &walker.start);
    printf("note: %s: %lu walks of %zu steps, %lu steps, %lu grants, %lu refusals\n",
           store_kind(walker.kit.store), walker.walks, walker.depth, walker.steps, walker.issued,
           walker.refused);
    assert_true(walker.issued > 0 && walker.refused > 0);
    kit_close(&walker.kit);
}

static void no_order_of_steps_breaks_a_rule(void **unused)
{
    (void)unused;
    walk_all(walk_depth(), false);
}

/* A token stolen later needs one step more of the owner's before it is old. */
static void no_order_of_steps_breaks_a_rule_when_the_theft_is_late(void **unused)
{
    (void)unused;
    walk_all(walk_depth() - 1, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_order_of_steps_breaks_a_rule),
        cmocka_unit_test(no_order_of_steps_breaks_a_rule_when_the_theft_is_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
