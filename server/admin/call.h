/* call.h - one request of the administrator's socket, and what its handlers share.
 *
 * Lists are written inside of the store's job, which may run twice: page_answer() forgets what an
 * earlier run wrote.
 */
#ifndef SERVER_ADMIN_CALL_H
#define SERVER_ADMIN_CALL_H

#include "admin/admin.h"
#include "base/json_out.h"

typedef struct admin_call {
    const srv_admin *admin;
    const http_request *request;
    http_response *response;
    lanyard_str id; /* what stands for {id} in the path */
} admin_call;

typedef srv_status admin_handler(admin_call *call, srv_error *error);

admin_handler users_list, users_get, users_patch, users_disable, users_enable, users_delete,
    users_end_sessions;
admin_handler sessions_index, sessions_end_one;
admin_handler keys_list, keys_import, keys_rotate, keys_revoke;
admin_handler clients_list, clients_create, clients_secret, clients_disable, clients_enable,
    clients_delete;
admin_handler audit_list;

/* The user whose id, name or address stands for {id}, or in text. E_NOT_FOUND. */
SRV_CHECK srv_status admin_user(const admin_call *call, lanyard_str text, user_row *user,
                                srv_error *error);

#define PAGE_LIMIT     100
#define PAGE_LIMIT_MAX 1000
/* ?limit=, or PAGE_LIMIT. E_INVALID. */
SRV_CHECK srv_status admin_limit(const admin_call *call, int *limit, srv_error *error);
/* A number of the query, 0 when it does not stand there. E_INVALID. */
SRV_CHECK srv_status admin_number(const admin_call *call, const char *name, int64_t *number,
                                  srv_error *error);

/* {"items":[ ... ]}. Where it is the first member of what a list goes by, its fill function finds
 * the rest behind it. */
typedef struct admin_page {
    admin_call *call;
    srv_status (*fill)(store_txn *txn, struct admin_page *page); /* writes the items */
    json_out json;
    int count; /* of items that were written */
} admin_page;

/* Reads the store, and answers with the page. */
SRV_CHECK srv_status page_answer(admin_page *page, srv_error *error);

/* {"result":"text"}, status 200. */
SRV_CHECK srv_status admin_say(admin_call *call, const char *result);

/* A text member of the JSON body, ptr NULL when it does not stand there; others than names are
 * refused. E_MALFORMED, E_NO_MEMORY. json owns the texts. */
SRV_CHECK srv_status admin_body(const admin_call *call, const char *const *names,
                                lanyard_str *values, size_t count, lanyard_json **json,
                                srv_error *error);

#endif
