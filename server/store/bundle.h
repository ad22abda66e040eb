/* bundle.h - what many callers ask of one statement, asked at once (PostgreSQL).
 *
 * How it works. A caller puts its call on a list. While no bundle is under way it leads at once:
 * takes the list, sends all of it over a connection of the pool, and hands out the results when the
 * transaction is committed. Otherwise it sleeps; who ends a bundle makes the first on the list the
 * next leader. No thread of its own, and no waiting for company. Two bundles beside each other
 * would only be smaller: a commit costs more than a call. When one fails, nothing of it stands, and
 * each call runs once more by itself.
 */
#ifndef SERVER_STORE_BUNDLE_H
#define SERVER_STORE_BUNDLE_H

#include "store/pool.h"

typedef struct store_bundle store_bundle;

/* Borrows pool. E_NO_MEMORY. */
SRV_CHECK srv_status store_bundle_new(store_pool *pool, store_bundle **made, srv_error *error);
void store_bundle_free(store_bundle *bundle); /* nobody is waiting; NULL is fine */

/* Of a statement that waits for no lock that another transaction holds. Returns after COMMIT.
 * call->is_lost: it failed and may stand all the same. E_UNAVAILABLE also when no bundle takes it
 * within the pool's wait_ms. */
SRV_CHECK srv_status store_bundle_run(store_bundle *bundle, store_call *call);

#endif
