/* era.h - what a listener goes by from one reload to the next: options, certificate, daemon.
 *
 * An era stays until the listener ends, since a request may still look at its options; they are
 * few and small. The daemon of one that is over ends when nobody is connected to it any more.
 */
#ifndef SERVER_HTTP_ERA_H
#define SERVER_HTTP_ERA_H

#include <microhttpd.h>
#include "http/listener.h"

typedef struct http_era {
    http_opts opts; /* IMMUTABLE; defaults filled in */
    unsigned number;
    /* Of the threads that start and end daemons: */
    char *cert; /* NULL: plain HTTP */
    char *key;
    struct MHD_Daemon *daemon; /* NULL: none yet, or not any more */
    int64_t over_at;           /* monotonic, when the next one began; 0: it has not */
    struct http_era *older;
} http_era;

/* Reads the certificate and its key. E_CONFIG, E_NO_MEMORY. */
SRV_CHECK srv_status era_new(const http_opts *opts, http_era **made, srv_error *error);
void era_free(http_era *era); /* wipes; its daemon has ended; NULL is fine */

/* An era after older, which stays as it is. */
SRV_CHECK srv_status era_after(http_era *older, const http_opts *opts, http_era **made,
                               srv_error *error);
/* That certificate and key can be used, and belong together. E_CONFIG. */
SRV_CHECK srv_status era_check(const http_era *era, srv_error *error);
/* Certificate, key and timeout are the same. */
bool era_is_alike(const http_era *left, const http_era *right);
/* What older serves with is fresh's. */
void era_inherit(http_era *fresh, http_era *older);

#endif
