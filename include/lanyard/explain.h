/* lanyard/explain.h - every stage and rule of a verification, and how far a token got. */
#ifndef LANYARD_EXPLAIN_H
#define LANYARD_EXPLAIN_H

#include <lanyard/jwt.h>

LANYARD_BEGIN

typedef enum lanyard_outcome {
    LANYARD_PASSED = 0,
    LANYARD_FAILED = 1,
    LANYARD_NOT_REACHED = 2,
    LANYARD_NOT_ASKED = 3 /* the policy does not ask for it */
} lanyard_outcome;

typedef struct lanyard_step {
    const char *stage; /* static: "split", "header", "key", "signature", "claims" */
    const char *rule;  /* static: "three parts", "exp is later than now" */
    const char *rfc;   /* static: "RFC 7519, 4.1.4", or "" */
    lanyard_outcome outcome;
    lanyard_status status;           /* of a failed rule, else LANYARD_OK */
    char detail[LANYARD_DETAIL_MAX]; /* of a failed rule, else "" */
} lanyard_step;

#define LANYARD_STEPS_MAX 32

typedef struct lanyard_explanation {
    lanyard_status status; /* what lanyard_verify() said */
    lanyard_error error;   /* likewise; status LANYARD_OK when accepted */
    size_t count;
    lanyard_step steps[LANYARD_STEPS_MAX];
} lanyard_explanation;

/* Verifies as lanyard_verify() does and says each rule's outcome. Fails only for E_ARGUMENT and
 * E_NO_MEMORY: a refused token is an explanation too. mem may be NULL. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_explain(
    const lanyard_policy *policy, const lanyard_keyset *keys, const char *text, size_t text_len,
    int64_t now, const lanyard_mem *mem, lanyard_explanation *explanation, lanyard_error *err);

/* Appends it as JSON: {"accepted":false,"status":"E_EXPIRED","number":2021,...,"steps":[...]}. */
LANYARD_API LANYARD_CHECK lanyard_status
lanyard_explanation_write(const lanyard_explanation *explanation, lanyard_buf *out);

LANYARD_END
#endif
