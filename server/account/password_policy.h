/* password_policy.h - which passwords may be chosen (NIST SP 800-63B-4, 3.1.1.2).
 *
 * Length and a list; no rules of composition, no expiry. A password is bytes: nothing is folded,
 * trimmed or normalized before it is hashed. For counting it is read as UTF-8; what is not UTF-8
 * counts a code point for each byte.
 */
#ifndef SERVER_ACCOUNT_PASSWORD_POLICY_H
#define SERVER_ACCOUNT_PASSWORD_POLICY_H

#include "base/status.h"

#define PASSWORD_BYTES_MAX  1024
#define PASSWORD_POINTS_MIN 15

#define PASSWORD_TOO_SHORT 0x01u
#define PASSWORD_TOO_LONG  0x02u
#define PASSWORD_REPEATS   0x04u /* one character, or one short piece over and over */
#define PASSWORD_KEYBOARD  0x08u /* a walk over the keyboard, or a plain sequence */
#define PASSWORD_COMMON    0x10u /* stands in the list */
#define PASSWORD_OWN_NAME  0x20u /* holds the user name or the address's local part */

/* Bits of why it is refused; 0: fine. points_min 0: PASSWORD_POINTS_MIN. */
unsigned password_faults(lanyard_bytes password, const char *username, const char *email,
                         unsigned points_min);

/* "too_short" and so on, for the index-th set bit; NULL past the last. */
const char *password_fault_name(unsigned faults, size_t index);

#endif
