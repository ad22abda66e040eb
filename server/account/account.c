/* account.c - what a person does with their account: hash outside, then commit; see account.h. */
#include "account/account.h"

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

/* Records the failure, then refuses. */
static srv_status account_failed(const accounts *all, audit_event event, const user_row *user,
                                 const session_origin *from, srv_error *error)
{
    audit_row row = { .event = event, .subject = user->id };

    memcpy(row.address, from->address, sizeof row.address);
    TRY(account_audit(all, &row, error));
    return account_refuse(error);
}

/* Whether the password fits; the same work when there is none to compare with. */
static srv_status account_compare(const accounts *all, const char *phc, lanyard_bytes password,
                                  bool *is_right, bool *is_old, srv_error *error)
{
    *is_right = false;
    *is_old = false;
    if (password.len > PASSWORD_BYTES_MAX) /* nobody has such a one */
        return SRV_OK;
    return hash_pool_check(all->hashes, phc, password, is_right, is_old, error);
}

/* A hash under today's parameters; without a place in the queue it is done another time. */
static const char *account_better(const accounts *all, bool is_old, lanyard_bytes password,
                                  char phc[PHC_MAX])
{
    return is_old && hash_pool_make(all->hashes, password, phc, NULL) == SRV_OK ? phc : NULL;
}

srv_status account_log_in(const accounts *all, const account_login *login, user_row *user,
                          session_grant *grant, srv_error *error)
{
    const session_origin *from = &login->session.from;
    user_row found = { .status = USER_ACTIVE };
    credential_row credential = { .created_at = 0 };
    char phc[PHC_MAX];
    bool is_right = false;
    bool is_old = false;
    srv_status status = account_read_login(all, login->login, &found, &credential, error);
    bool is_known = status == SRV_OK;

    if (!is_known && status != SRV_E_NOT_FOUND)
        return status;
    TRY(account_compare(all, is_known ? credential.secret : NULL, login->password, &is_right,
                        &is_old, error));
    if (!is_right)
        return account_failed(all, AUDIT_LOGIN_FAILED, &found, from, error);
    return account_commit_login(all, &credential, account_better(all, is_old, login->password, phc),
                                &login->session, user, grant, error);
}

/* The user's own password, shown again. */
static srv_status account_show_password(const accounts *all, const srv_id *user_id,
                                        lanyard_bytes password, const session_origin *from,
                                        user_row *user, credential_row *credential,
                                        srv_error *error)
{
    bool is_right = false;
    bool is_old = false;
    srv_status status = account_read_password(all, user_id, user, credential, error);

    if (status == SRV_E_NOT_FOUND)
        return account_refuse(error);
    TRY(status);
    TRY(account_compare(all, credential->secret, password, &is_right, &is_old, error));
    return is_right ? SRV_OK : account_failed(all, AUDIT_REAUTH_FAILED, user, from, error);
}

srv_status account_reauth(const accounts *all, const srv_id *user_id, const srv_id *sid,
                          lanyard_bytes password, const session_start *start, user_row *user,
                          session_grant *grant, srv_error *error)
{
    credential_row credential;
    user_row found;

    TRY(account_show_password(all, user_id, password, &start->from, &found, &credential, error));
    return account_commit_reauth(all, &credential, sid, start, user, grant, error);
}

srv_status account_password(const accounts *all, const srv_id *user_id, lanyard_bytes current,
                            lanyard_bytes wanted, const session_start *start, user_row *user,
                            session_grant *grant, unsigned *faults, srv_error *error)
{
    credential_row credential;
    user_row found;
    char phc[PHC_MAX];

    TRY(account_show_password(all, user_id, current, &start->from, &found, &credential, error));
    TRY(account_judge_password(all, wanted, &found, faults, error));
    TRY(hash_pool_make(all->hashes, wanted, phc, error));
    return account_commit_password(all, &credential, phc, start, user, grant, error);
}
