/* check.h - whether a configuration can be used, as far as it can be told without using it. */
#ifndef SERVER_SERVE_CHECK_H
#define SERVER_SERVE_CHECK_H

#include "config/config.h"

/* Where to listen, and which of it may be reached from elsewhere; the database's kind; the files
 * that are named can be read. E_CONFIG. */
SRV_CHECK srv_status check_config(const srv_config *config, srv_error *error);

/* "0660" as a number. E_CONFIG. */
SRV_CHECK srv_status check_mode(const char *text, unsigned *mode, srv_error *error);

#endif
