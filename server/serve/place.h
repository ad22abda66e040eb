/* place.h - the data directory: made when missing, and one server's at a time. */
#ifndef SERVER_SERVE_PLACE_H
#define SERVER_SERVE_PLACE_H

#include "base/status.h"

/* Makes the directory (0700) and takes its lock, which a killed process gives back by dying.
 * E_CONFIG; E_UNAVAILABLE: another server runs in it. */
SRV_CHECK srv_status place_take(const char *data, int *lock, srv_error *error);
void place_give(int lock);

/* Writes data/address for scripts. */
SRV_CHECK srv_status place_tell(const char *data, const char *address, srv_error *error);

#endif
