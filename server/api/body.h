/* body.h - the bodies of requests: strict JSON objects, and forms under /oauth. */
#ifndef SERVER_API_BODY_H
#define SERVER_API_BODY_H

#include "api/route.h"

typedef enum body_kind {
    BODY_TEXT,         /* lanyard_str */
    BODY_TEXT_OR_NULL, /* lanyard_str; of null body_is_null() is true */
    BODY_OBJECT        /* lanyard_str: its JSON text */
} body_kind;

typedef struct body_member {
    const char *name;
    body_kind kind;
    bool is_required;
    lanyard_str *value; /* ptr NULL when it does not stand there */
} body_member;

/* Reads what the route wants into call->json or call->form. E_MEDIA_TYPE, E_MALFORMED,
 * E_NO_MEMORY. */
SRV_CHECK srv_status body_open(api_call *call, char *storage, srv_error *error);

/* The members of the JSON body; any other is refused. No body has no members. E_MALFORMED. */
SRV_CHECK srv_status body_members(const api_call *call, const body_member *members, size_t count,
                                  srv_error *error);
/* The same of an object inside it. */
SRV_CHECK srv_status body_object(lanyard_str object, const body_member *members, size_t count,
                                 lanyard_json **json, srv_error *error);

/* Whether null stood there, which is neither nothing nor an empty text. */
bool body_is_null(lanyard_str value);

/* A parameter of the form; ptr NULL: none. */
lanyard_str body_form(const api_call *call, const char *name);

#endif
