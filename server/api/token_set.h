/* token_set.h - the answer to whoever has just been let in: tokens in the body, or in cookies. */
#ifndef SERVER_API_TOKEN_SET_H
#define SERVER_API_TOKEN_SET_H

#include "api/api.h"
#include "base/json_out.h"

typedef enum token_mode { TOKEN_BODY, TOKEN_COOKIES } token_mode;

/* "token", "cookie", or nothing: the first. E_INVALID. */
SRV_CHECK srv_status token_mode_read(lanyard_str text, token_mode *mode, srv_error *error);

/* Signs, writes the TokenSet with that status, and wipes the grant, also on failure. user NULL:
 * only what the grant says of the user is told. */
SRV_CHECK srv_status token_set_answer(api_call *call, session_grant *grant, const user_row *user,
                                      token_mode mode, int status, srv_error *error);

/* Takes the cookies away. */
SRV_CHECK srv_status token_set_forget(api_call *call);

/* Adds "roles": ["a","b"] from a list with spaces. */
void token_set_roles(json_out *json, const char *roles);

/* Puts the double-submit token of a session into its cookie and into out. */
SRV_CHECK srv_status token_set_csrf(api_call *call, const srv_id *sid, int64_t life_s,
                                    lanyard_buf *out);

#endif
