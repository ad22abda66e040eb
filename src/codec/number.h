/* number.h - JSON numbers, whose text is known to be right, as whole numbers or doubles. */
#ifndef LAN_CODEC_NUMBER_H
#define LAN_CODEC_NUMBER_H

#include "base/bytes.h"

typedef struct lan_whole {
    int64_t floor;     /* the greatest whole number not above it */
    bool has_fraction; /* it is not whole itself */
    bool fits;         /* floor (and floor + 1, with a fraction) fit in 64 bits */
} lan_whole;

/* Exact: 1.5e1 is 15, 1e400 does not fit, -0.5 is -1 with a fraction. */
lan_whole lan_number_to_whole(lan_str text);

/* Nearest double, whatever the locale; false when it would be infinite. */
bool lan_number_to_double(lan_str text, double *number);

#endif
