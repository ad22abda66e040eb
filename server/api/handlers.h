/* handlers.h - what stands in the table of routes; one file a group. */
#ifndef SERVER_API_HANDLERS_H
#define SERVER_API_HANDLERS_H

#include "api/route.h"

/* enter.c */
api_handler api_register, api_login;
/* renew.c */
api_handler api_refresh, api_logout, api_csrf;
/* sessions.c */
api_handler api_sessions, api_sessions_end;
/* me.c */
api_handler api_me, api_me_change, api_me_delete, api_password, api_reauth;
/* verify.c */
api_handler api_verify;
/* oauth.c */
api_handler api_introspect, api_revoke;
/* revocations.c */
api_handler api_revocations;
/* documents.c */
api_handler api_jwks, api_openapi, api_livez, api_readyz;

#endif
