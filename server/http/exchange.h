/* exchange.h - one request on its way: read, handled, answered.
 *
 * The event thread that got the connection owns it until it is given to a worker, and again after
 * that worker resumes the connection. Texts of the request borrow from libmicrohttpd's connection,
 * which keeps them until the request is completed.
 */
#ifndef SERVER_HTTP_EXCHANGE_H
#define SERVER_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include "http/listener.h"

typedef enum exchange_state { EXCHANGE_NEW, EXCHANGE_READING, EXCHANGE_HANDLED } exchange_state;

typedef struct http_exchange {
    struct MHD_Connection *connection;
    char *uri;     /* as received; owns storage, too */
    char *storage; /* of the decoded path and query */
    http_request request;
    http_response response;
    lanyard_buf body;
    size_t received;  /* bytes of body, those thrown away included */
    srv_status fault; /* answer this instead of handling it */
    exchange_state state;
    bool must_close;
    int64_t started; /* monotonic */
    int64_t parked;  /* monotonic; 0: never was */
    int64_t wake_at; /* monotonic, of a parked one */
    struct http_exchange *next;
} http_exchange;

/* In the memory of *spare, if there is one. NULL: no memory. */
http_exchange *exchange_new(http_exchange **spare, const char *uri);
/* Wipes and gives back what it holds. What is left becomes *spare; spare may be NULL. */
void exchange_end(http_exchange *exchange, http_exchange **spare);

/* Reads method, path, query and headers, and judges them: sets fault. */
void exchange_open(http_exchange *exchange, const http_opts *opts,
                   struct MHD_Connection *connection, srv_id_pool *ids, const char *method,
                   const char *version);
/* More of the body. false: close the connection at once. */
bool exchange_feed(http_exchange *exchange, const char *data, size_t len);
/* The body is whole. */
void exchange_close_body(http_exchange *exchange);

/* Hands the response to libmicrohttpd, which keeps borrowing it until the request is completed. */
enum MHD_Result exchange_send(http_exchange *exchange);
void exchange_log(const http_exchange *exchange);

#endif
