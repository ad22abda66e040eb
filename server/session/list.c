/* list.c - see list.h. */
#include "session/list.h"

#include <stdlib.h>

#define LIST_FIRST 16

static bool list_add(void *ctx, const session_row *session)
{
    session_list *list = ctx;

    if (srv_id_equal(&session->id, &list->keep))
        return true;
    if (list->count == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : LIST_FIRST;
        srv_id *ids = realloc(list->ids, cap * sizeof *ids);

        list->has_failed = !ids;
        if (!ids)
            return false;
        list->ids = ids;
        list->cap = cap;
    }
    list->ids[list->count++] = session->id;
    return true;
}

srv_status session_list_read(store_txn *txn, const srv_id *user_id, session_list *list)
{
    list->count = 0;
    TRY(store_sessions(txn, user_id, list_add, list));
    return list->has_failed ? SRV_E_NO_MEMORY : SRV_OK;
}

void session_list_done(session_list *list)
{
    free(list->ids);
    *list = (session_list){ .keep = list->keep };
}
