/* list.c - see list.h. */
#include "session/list.h"

#include <stdlib.h>

#define LIST_FIRST 16

static bool list_grow(session_list *list)
{
    size_t cap = list->cap ? 2 * list->cap : LIST_FIRST;
    session_item *items = realloc(list->items, cap * sizeof *items);

    if (!items)
        return false;
    list->items = items;
    list->cap = cap;
    return true;
}

static bool list_add(session_list *list, const srv_id *id, bool is_live)
{
    if (list->count == list->cap && !list_grow(list)) {
        list->has_failed = true;
        return false;
    }
    list->items[list->count++] = (session_item){ *id, is_live };
    return true;
}

static bool list_add_row(void *ctx, const session_row *session)
{
    session_list *list = ctx;
    bool is_live = session->idle_expires > list->now && session->abs_expires > list->now;

    return srv_id_equal(&session->id, &list->keep) || list_add(list, &session->id, is_live);
}

static bool list_add_live(void *ctx, const srv_id *id)
{
    return list_add(ctx, id, true);
}

srv_status session_list_read_beyond(store_txn *txn, const srv_id *user_id, unsigned count,
                                    session_list *list)
{
    list->count = 0;
    list->has_failed = false;
    TRY(store_sessions_beyond(txn, user_id, count, list_add_live, list));
    return list->has_failed ? SRV_E_NO_MEMORY : SRV_OK;
}

srv_status session_list_read(store_txn *txn, const srv_id *user_id, session_list *list)
{
    list->count = 0;
    list->has_failed = false;
    list->now = store_now(txn);
    TRY(store_sessions(txn, user_id, 0, list_add_row, list));
    return list->has_failed ? SRV_E_NO_MEMORY : SRV_OK;
}

void session_list_done(session_list *list)
{
    free(list->items);
    *list = (session_list){ .keep = list->keep };
}
