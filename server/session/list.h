/* list.h - the ids of a user's live sessions, the oldest first. */
#ifndef SERVER_SESSION_LIST_H
#define SERVER_SESSION_LIST_H

#include "store/store.h"

typedef struct session_list {
    srv_id keep; /* left out; nil: none */
    srv_id *ids;
    size_t count;
    size_t cap;
    bool has_failed;
} session_list;

/* E_NO_MEMORY. */
SRV_CHECK srv_status session_list_read(store_txn *txn, const srv_id *user_id, session_list *list);
void session_list_done(session_list *list);

#endif
