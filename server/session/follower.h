/* follower.h - finds who always comes second.
 *
 * A thief who sees when the owner rotates can show the parent token inside the grace window each
 * time, get the same child, and never be told from a lost answer. What gives the thief away: the
 * same foreign address prefix re-issues in one generation after the other and never rotates. A
 * browser that speaks IPv4 and IPv6 rotates from both, sooner or later, and is left alone.
 *
 * The record is a row of at most FOLLOWERS prefixes, 17 bytes each: 8 of SHA-256(prefix), 8 of the
 * generation it was last seen in, 1 of how many generations in a row.
 */
#ifndef SERVER_SESSION_FOLLOWER_H
#define SERVER_SESSION_FOLLOWER_H

#include "store/rows.h"

#define FOLLOWERS        4
#define FOLLOWER_LEN     17
#define FOLLOWER_RUN_MAX 3 /* generations in a row that end the session */

/* Counts a re-issue of the row's generation to that prefix, in the row's record. true: it is the
 * FOLLOWER_RUN_MAX-th in a row, so the session must end. E_INTERNAL. */
SRV_CHECK srv_status follower_count(session_row *session, const char *prefix, bool *is_follower);

#endif
