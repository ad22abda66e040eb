/* scopes.h - what the administrator may let an OAuth client do. */
#ifndef SERVER_ACCOUNT_SCOPES_H
#define SERVER_ACCOUNT_SCOPES_H

#define SCOPE_INTROSPECT_ANY "introspect:any"
#define SCOPE_REVOKE_ANY     "revoke:any"
#define SCOPE_REVOCATIONS    "revocations"

#endif
