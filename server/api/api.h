/* api.h - the public listener's answers, and what they are made from.
 *
 * Shared by all threads; borrows everything but what api_init() makes.
 */
#ifndef SERVER_API_API_H
#define SERVER_API_API_H

#include <pthread.h>
#include <stdatomic.h>
#include "api/compat.h"
#include "api/limits.h"
#include "api/route.h"
#include "http/listener.h"
#include "keyring/keyring.h"

#define API_CLASSES 6

/* What the metrics tell; changes under the requests, and nothing depends on it. */
typedef struct api_counts {
    atomic_uint_fast64_t answers[ROUTES_MAX][API_CLASSES];
    atomic_uint_fast64_t rate_limited;
} api_counts;

typedef struct api_ready { /* what /readyz found last, so that asking often costs nothing */
    pthread_mutex_t lock;
    int64_t asked; /* monotonic; 0: never */
    bool is_ready;
} api_ready;

struct srv_api {
    srv_store *store;
    srv_tape *tape;
    const keyring *ring;
    const sessions *sessions;
    const accounts *accounts;
    const access_tokens *access;
    const compat_tokens *compat; /* NULL: off */
    api_limits *limits;
    api_counts *counts;
    api_ready *ready;
    const char *issuer;
    const char *client_id; /* of first-party sessions */
    /* These may change at any time: */
    _Atomic(const char *) origins; /* others that may send cookies, one space between; NULL: none */
    _Atomic int64_t reauth_s;
    uint8_t csrf_key[SRV_KEY_LEN];
};

/* Answers one request: an http_handler with the srv_api as ctx. */
void api_handle(void *ctx, const http_request *request, http_response *response);
/* An http_refuser. */
void api_refuse(void *ctx, const http_request *request, http_response *response, srv_status fault);
/* An http_is_quick. */
bool api_is_quick(void *ctx, const http_request *request);

/* Appends what /metrics says (OpenMetrics 1.0). */
SRV_CHECK srv_status api_metrics(const srv_api *api, http_listener *listener,
                                 const hash_pool *hashes, lanyard_buf *out);

#endif
