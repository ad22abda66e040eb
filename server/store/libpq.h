/* libpq.h - libpq, loaded by the first PostgreSQL database that is opened.
 *
 * It comes with a dozen libraries (Kerberos, LDAP) that a server on SQLite neither needs nor should
 * keep in its memory (ADR-0021). Here stand the functions that the back end calls, without the PQ
 * of their names.
 */
#ifndef SERVER_STORE_LIBPQ_H
#define SERVER_STORE_LIBPQ_H

#include <libpq-fe.h>
#include "base/status.h"

#define LIBPQ_EACH(X)                                                                              \
    X(clear)                                                                                       \
    X(cmdStatus)                                                                                   \
    X(cmdTuples)                                                                                   \
    X(connectPoll)                                                                                 \
    X(connectStartParams)                                                                          \
    X(connectdbParams)                                                                             \
    X(consumeInput)                                                                                \
    X(errorMessage)                                                                                \
    X(exec)                                                                                        \
    X(execPrepared)                                                                                \
    X(finish)                                                                                      \
    X(freemem)                                                                                     \
    X(ftype)                                                                                       \
    X(getResult)                                                                                   \
    X(getisnull)                                                                                   \
    X(getlength)                                                                                   \
    X(getvalue)                                                                                    \
    X(isBusy)                                                                                      \
    X(nfields)                                                                                     \
    X(notifies)                                                                                    \
    X(ntuples)                                                                                     \
    X(prepare)                                                                                     \
    X(resultErrorField)                                                                            \
    X(resultStatus)                                                                                \
    X(sendQuery)                                                                                   \
    X(setNoticeProcessor)                                                                          \
    X(socket)                                                                                      \
    X(status)                                                                                      \
    X(transactionStatus)

typedef struct libpq {
#define LIBPQ_MEMBER(name) __typeof__(PQ##name) *(name);
    LIBPQ_EACH(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
} libpq;

/* Fills all of them. The library stays loaded until the process ends. E_CONFIG: it is not there. */
SRV_CHECK srv_status libpq_load(libpq *pq, srv_error *error);

#endif
