/* policy_names.c - the permissions of a policy by name; see policy_names.h. */
#include "jose/policy_names.h"

typedef struct allow_row {
    lan_str name;
    uint32_t bit;
} allow_row;

static const allow_row allow_rows[] = {
    { { "no_exp", 6 }, LANYARD_ALLOW_NO_EXP },          { { "any_aud", 7 }, LANYARD_ALLOW_ANY_AUD },
    { { "any_typ", 7 }, LANYARD_ALLOW_ANY_TYP },        { { "padding", 7 }, LANYARD_ALLOW_PADDING },
    { { "future_iat", 10 }, LANYARD_ALLOW_FUTURE_IAT },
};

#define ALLOW_ROWS (sizeof allow_rows / sizeof *allow_rows)

uint32_t lan_allow_bit(lan_str name)
{
    for (size_t i = 0; i < ALLOW_ROWS; i++)
        if (lan_str_eq(allow_rows[i].name, name))
            return allow_rows[i].bit;
    return 0;
}

lan_str lan_allow_name(size_t index, uint32_t *bit)
{
    if (index >= ALLOW_ROWS)
        return LAN_STR("");
    *bit = allow_rows[index].bit;
    return allow_rows[index].name;
}
