/* der_shape.c - the outline of a key's DER (X.690, 8 and 10); see der_shape.h. */
#include "crypto/der_shape.h"

#define DER_INTEGER      0x02
#define DER_BIT_STRING   0x03
#define DER_OCTET_STRING 0x04
#define DER_OID          0x06
#define DER_SEQUENCE     0x30

typedef struct der_element {
    uint8_t tag;
    lan_bytes contents;
} der_element;

/* Reads the length behind the tag; contents.ptr and len come out. False unless it is definite,
 * minimal and within the bytes left. */
static bool der_length(lan_bytes *left, lan_bytes *contents)
{
    size_t octets = left->ptr[1] & 0x7f;
    size_t head = 2;
    size_t len = left->ptr[1];

    if (left->ptr[1] & 0x80) {
        if (octets == 0 || octets > sizeof(uint32_t) || left->len < 2 + octets)
            return false;
        len = 0;
        for (size_t i = 0; i < octets; i++)
            len = len << 8 | left->ptr[2 + i];
        if (len < 0x80 || left->ptr[2] == 0)
            return false;
        head += octets;
    }
    if (len > left->len - head)
        return false;
    *contents = (lan_bytes){ left->ptr + head, len };
    *left = (lan_bytes){ left->ptr + head + len, left->len - head - len };
    return true;
}

/* Takes the next element off the bytes left. */
static bool der_next(lan_bytes *left, der_element *element)
{
    if (left->len < 2)
        return false;
    element->tag = left->ptr[0];
    return der_length(left, &element->contents);
}

/* The elements of the outer SEQUENCE, at most max of them; 0 when it is none. */
static size_t der_elements(lan_bytes der, der_element *elements, size_t max)
{
    lan_bytes left = der;
    der_element outer;
    size_t count = 0;

    if (!der_next(&left, &outer) || outer.tag != DER_SEQUENCE || left.len != 0)
        return 0;
    left = outer.contents;
    while (left.len > 0 && count < max)
        if (!der_next(&left, &elements[count++]))
            return 0;
    return count;
}

/* The outline: the tags of the first elements, of which there are at least as many. */
typedef struct der_outline {
    lan_der_shape shape;
    uint8_t tags[3]; /* 0: none */
    bool is_all;     /* nothing follows */
} der_outline;

static const der_outline der_outlines[] = {
    { LAN_DER_PKCS8, { DER_INTEGER, DER_SEQUENCE, DER_OCTET_STRING }, false },
    { LAN_DER_ENCRYPTED, { DER_SEQUENCE, DER_OCTET_STRING }, true },
    { LAN_DER_RSA_PRIVATE, { DER_INTEGER, DER_INTEGER, DER_INTEGER }, false },
    { LAN_DER_RSA_PUBLIC, { DER_INTEGER, DER_INTEGER }, true },
    { LAN_DER_EC_PRIVATE, { DER_INTEGER, DER_OCTET_STRING }, false },
    { LAN_DER_SPKI, { DER_SEQUENCE, DER_BIT_STRING }, true },
    { LAN_DER_CERTIFICATE, { DER_SEQUENCE, DER_SEQUENCE, DER_BIT_STRING }, true },
};

#define DER_ELEMENTS_MAX 4

static bool der_is_outline(const der_outline *outline, const der_element *elements, size_t count)
{
    size_t wanted = 0;

    while (wanted < 3 && outline->tags[wanted] != 0) {
        if (wanted >= count || elements[wanted].tag != outline->tags[wanted])
            return false;
        wanted++;
    }
    return !outline->is_all || wanted == count;
}

lan_der_shape lan_der_shape_of(lan_bytes der)
{
    der_element elements[DER_ELEMENTS_MAX];
    size_t count = der_elements(der, elements, DER_ELEMENTS_MAX);

    for (size_t i = 0; count && i < sizeof der_outlines / sizeof *der_outlines; i++)
        if (der_is_outline(&der_outlines[i], elements, count))
            return der_outlines[i].shape;
    return LAN_DER_NONE;
}

typedef struct der_algorithm {
    const char *name;
    uint8_t len;
    uint8_t oid[9];
} der_algorithm;

static const der_algorithm der_algorithms[] = {
    { "RSA", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 } }, /* RFC 8017, A.1 */
    { "EC", 7, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 } },              /* RFC 5480, 2.1.1 */
    { "ED25519", 3, { 0x2b, 0x65, 0x70 } },                                 /* RFC 8410, 3 */
    { "ED448", 3, { 0x2b, 0x65, 0x71 } },                                   /* RFC 8410, 3 */
    { "ML-DSA-44", 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11 } }, /* RFC 9881, 2 */
    { "ML-DSA-65", 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12 } },
    { "ML-DSA-87", 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13 } },
};

const char *lan_der_algorithm(lan_bytes der, lan_der_shape shape)
{
    der_element elements[DER_ELEMENTS_MAX];
    size_t at = shape == LAN_DER_PKCS8 ? 1 : 0;
    der_element oid;

    if (der_elements(der, elements, DER_ELEMENTS_MAX) <= at)
        return NULL;

    lan_bytes left = elements[at].contents;

    if (!der_next(&left, &oid) || oid.tag != DER_OID)
        return NULL;
    for (size_t i = 0; i < sizeof der_algorithms / sizeof *der_algorithms; i++) {
        const der_algorithm *row = &der_algorithms[i];
        lan_bytes known = { row->oid, row->len };

        if (lan_str_eq(lan_str_of_bytes(oid.contents), lan_str_of_bytes(known)))
            return row->name;
    }
    return NULL;
}
