/* doctor.h - looks at a place and its database, and says what is wrong; changes nothing. */
#ifndef SERVER_SERVE_DOCTOR_H
#define SERVER_SERVE_DOCTOR_H

#include <stdio.h>
#include "serve/parts.h"

/* One line for each thing that was looked at. E_INVALID: something is wrong. */
SRV_CHECK srv_status doctor_examine(const server_parts *parts, FILE *out, srv_error *error);

#endif
