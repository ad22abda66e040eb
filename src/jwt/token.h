/* token.h - a verified token from the inside. */
#ifndef LAN_JWT_TOKEN_H
#define LAN_JWT_TOKEN_H

#include "jwt/claims.h"

/* The same body under its second name, claims filled in. */
lanyard_token *lan_token_from(lanyard_untrusted *untrusted, const lan_verified *verified,
                              const lan_claims *claims);

#endif
