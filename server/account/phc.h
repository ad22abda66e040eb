/* phc.h - the text of an Argon2id hash: "$argon2id$v=19$m=19456,t=2,p=1$salt$tag".
 *
 * The PHC string format, strictly: the parameters in this order, numbers without leading zeros,
 * base64 without padding and without leftover bits. So each hash has one spelling.
 */
#ifndef SERVER_ACCOUNT_PHC_H
#define SERVER_ACCOUNT_PHC_H

#include <stdbool.h>
#include "base/status.h"
#include "store/rows.h"

#define PHC_SALT_LEN 16 /* of new hashes */
#define PHC_TAG_LEN  32

#define PHC_SALT_MIN 8 /* of those that are read */
#define PHC_SALT_MAX 64
#define PHC_TAG_MIN  16
#define PHC_TAG_MAX  64

/* What a stored hash may cost at most: 256 MiB, or one row could take the machine down (T59). */
#define PHC_MEMORY_KIB_MAX 262144
#define PHC_PASSES_MAX     20
#define PHC_LANES_MAX      16

typedef struct phc_cost {
    uint32_t memory_kib;
    uint32_t passes;
    uint32_t lanes;
} phc_cost;

typedef struct phc_hash {
    phc_cost cost;
    uint8_t salt[PHC_SALT_MAX];
    size_t salt_len;
    uint8_t tag[PHC_TAG_MAX];
    size_t tag_len;
} phc_hash;

/* true: Argon2 accepts it and it is within the caps. */
bool phc_cost_is_fair(const phc_cost *cost);

/* E_INVALID: another form or algorithm, or a cost that is not fair. */
SRV_CHECK srv_status phc_read(const char *text, phc_hash *hash);

/* E_INTERNAL: it does not fit. */
SRV_CHECK srv_status phc_write(const phc_hash *hash, char out[PHC_MAX]);

#endif
