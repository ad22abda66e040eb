/* policy_names.h - the permissions of a policy by name, for its file. */
#ifndef LAN_JOSE_POLICY_NAMES_H
#define LAN_JOSE_POLICY_NAMES_H

#include "jose/policy.h"

/* "no_exp" to LANYARD_ALLOW_NO_EXP; 0 for a name nobody knows. */
uint32_t lan_allow_bit(lan_str name);

/* Iterate from 0; an empty name past the end. */
lan_str lan_allow_name(size_t index, uint32_t *bit);

#endif
