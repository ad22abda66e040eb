/* account.c - what a person does with their account: hash outside, then commit; see account.h. */
#include "account/account.h"

#include <stdio.h>
#include <string.h>
#include "account/commit.h"
#include "account/password_policy.h"

/* The same words for whoever is unknown and whoever errs. */
static srv_status account_refuse(srv_error *error)
{
    return srv_fail(error, SRV_E_INVALID_CREDENTIALS, "The name or the password is wrong.");
}

static srv_status account_judge_password(const accounts *all, lanyard_bytes password,
                                         const user_row *user, unsigned *faults, srv_error *error)
{
    *faults = password_faults(password, user->username, user->email, all->points_min);
    return *faults == 0 ? SRV_OK
                        : srv_fail(error, SRV_E_WEAK_PASSWORD, "This password is easy to guess.");
}

static srv_status account_read_new(const account_new *wanted, account_register_row *row,
                                   srv_error *error)
{
    bool has_name = wanted->username.len > 0;
    bool has_email = wanted->email.len > 0;

    if (!has_name && !has_email)
        return srv_fail(error, SRV_E_INVALID, "A user name or an e-mail address is needed.");
    if (has_name)
        TRY(account_username(wanted->username, row->user.username, error));
    if (has_email)
        TRY(account_email(wanted->email, row->email.address, row->email.address_norm, error));
    memcpy(row->user.email, row->email.address, sizeof row->user.email);
    return account_profile(wanted->profile, row->user.profile, error);
}

srv_status account_register(const accounts *all, const account_new *wanted, user_row *user,
                            session_grant *grant, unsigned *faults, srv_error *error)
{
    char phc[PHC_MAX];
    account_register_row row = { .phc = phc, .start = &wanted->session };

    TRY(account_read_new(wanted, &row, error));
    TRY(account_judge_password(all, wanted->password, &row.user, faults, error));
    TRY(hash_pool_make(all->hashes, wanted->password, phc, error));
    TRY(account_commit_register(all, &row, grant, error));
    *user = row.user;
    return SRV_OK;
}

/* --- whoever shows a password --- */

typedef struct account_try {
    const accounts *all;
    const session_start *start;
    lanyard_str login;       /* of a login */
    const srv_id *user_id;   /* of the others: who is logged in */
    const srv_id *sid;       /* of reauth: the session that ends */
    lanyard_bytes password;  /* as shown */
    lanyard_bytes wanted;    /* the new one */
    user_row found;          /* whose password is compared */
    credential_row compared; /* and with what */
    user_row *user;          /* outputs */
    session_grant *grant;
    unsigned *faults;
} account_try;

typedef srv_status account_step(account_try *one, srv_error *error);

/* Records the failure, then refuses. */
static srv_status account_failed(const account_try *one, audit_event event, srv_status status,
                                 srv_error *error)
{
    audit_row row = { .event = event, .subject = one->found.id };

    snprintf(row.data, sizeof row.data, "{\"reason\":\"%s\"}", srv_status_code(status));
    memcpy(row.address, one->start->from.address, sizeof row.address);
    TRY(account_audit(one->all, &row, error));
    return status == SRV_E_INVALID_CREDENTIALS ? account_refuse(error)
                                               : srv_fail(error, status, "");
}

/* Once more, when the hash was another by the time of the commit: another login has made it anew,
 * or the password was changed. */
static srv_status account_run(account_try *one, account_step *step, audit_event failure,
                              srv_error *error)
{
    srv_status status = step(one, error);

    if (status == SRV_E_CONFLICT)
        status = step(one, error);
    if (status == SRV_E_CONFLICT)
        status = SRV_E_INVALID_CREDENTIALS;
    if (status == SRV_E_INVALID_CREDENTIALS || status == SRV_E_ACCOUNT_DISABLED)
        return account_failed(one, failure, status, error);
    return status;
}

/* Whether the password fits; the same work when there is none to compare with. */
static srv_status account_compare(const account_try *one, const char *phc, bool *is_old,
                                  srv_error *error)
{
    bool is_right = false;

    *is_old = false;
    if (one->password.len <= PASSWORD_BYTES_MAX) /* nobody has a longer one */
        TRY(hash_pool_check(one->all->hashes, phc, one->password, &is_right, is_old, error));
    return is_right ? SRV_OK : SRV_E_INVALID_CREDENTIALS;
}

/* A hash under today's parameters; without a place in the queue it is done another time. */
static const char *account_better(const account_try *one, bool is_old, char phc[PHC_MAX])
{
    return is_old && hash_pool_make(one->all->hashes, one->password, phc, NULL) == SRV_OK ? phc
                                                                                          : NULL;
}

static srv_status account_step_login(account_try *one, srv_error *error)
{
    char phc[PHC_MAX];
    bool is_old = false;
    srv_status status =
        account_read_login(one->all, one->login, &one->found, &one->compared, error);

    if (status != SRV_OK && status != SRV_E_NOT_FOUND)
        return status;
    TRY(account_compare(one, status == SRV_OK ? one->compared.secret : NULL, &is_old, error));
    return account_commit_login(one->all, &one->compared, account_better(one, is_old, phc),
                                one->start, one->user, one->grant, error);
}

srv_status account_log_in(const accounts *all, const account_login *login, user_row *user,
                          session_grant *grant, srv_error *error)
{
    account_try one = { .all = all,
                        .start = &login->session,
                        .login = login->login,
                        .password = login->password,
                        .user = user,
                        .grant = grant };

    return account_run(&one, account_step_login, AUDIT_LOGIN_FAILED, error);
}

/* The user's own password, shown again. */
static srv_status account_show_password(account_try *one, srv_error *error)
{
    bool is_old = false;
    srv_status status =
        account_read_password(one->all, one->user_id, &one->found, &one->compared, error);

    if (status == SRV_E_NOT_FOUND)
        return SRV_E_INVALID_CREDENTIALS;
    TRY(status);
    return account_compare(one, one->compared.secret, &is_old, error);
}

static srv_status account_step_reauth(account_try *one, srv_error *error)
{
    TRY(account_show_password(one, error));
    return account_commit_reauth(one->all, &one->compared, one->sid, one->start, one->user,
                                 one->grant, error);
}

srv_status account_reauth(const accounts *all, const srv_id *user_id, const srv_id *sid,
                          lanyard_bytes password, const session_start *start, user_row *user,
                          session_grant *grant, srv_error *error)
{
    account_try one = { .all = all,
                        .start = start,
                        .user_id = user_id,
                        .sid = sid,
                        .password = password,
                        .found = { .id = *user_id },
                        .user = user,
                        .grant = grant };

    return account_run(&one, account_step_reauth, AUDIT_REAUTH_FAILED, error);
}

static srv_status account_step_password(account_try *one, srv_error *error)
{
    char phc[PHC_MAX];

    TRY(account_show_password(one, error));
    TRY(account_judge_password(one->all, one->wanted, &one->found, one->faults, error));
    TRY(hash_pool_make(one->all->hashes, one->wanted, phc, error));
    return account_commit_password(one->all, &one->compared, phc, one->start, one->user, one->grant,
                                   error);
}

srv_status account_password(const accounts *all, const srv_id *user_id, lanyard_bytes current,
                            lanyard_bytes wanted, const session_start *start, user_row *user,
                            session_grant *grant, unsigned *faults, srv_error *error)
{
    account_try one = { .all = all,
                        .start = start,
                        .user_id = user_id,
                        .password = current,
                        .wanted = wanted,
                        .found = { .id = *user_id },
                        .user = user,
                        .grant = grant,
                        .faults = faults };

    return account_run(&one, account_step_password, AUDIT_REAUTH_FAILED, error);
}
