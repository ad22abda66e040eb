/* pem_key.c - the key among the blocks of a PEM file. */
#include "codec/pem.h"
#include "key/key_read.h"

typedef struct pem_kind {
    const char *label;
    bool is_private;
} pem_kind;

/* RFC 7468, 5 to 13, and the older labels of PKCS#1 and SEC1. */
static const pem_kind pem_kinds[] = {
    { "PUBLIC KEY", false },       { "RSA PUBLIC KEY", false }, { "CERTIFICATE", false },
    { "X509 CERTIFICATE", false }, { "PRIVATE KEY", true },     { "ENCRYPTED PRIVATE KEY", true },
    { "RSA PRIVATE KEY", true },   { "EC PRIVATE KEY", true },
};

static const pem_kind *pem_find_kind(lan_str label)
{
    for (size_t i = 0; i < sizeof pem_kinds / sizeof *pem_kinds; i++)
        if (lan_str_eq(lanyard_str_of(pem_kinds[i].label), label))
            return &pem_kinds[i];
    return NULL;
}

/* Parameters and requests stand beside a key; a block that is a key of another kind does not. */
static bool pem_is_other_key(lan_str label)
{
    lan_str end = LAN_STR(" KEY");

    return label.len > end.len && lan_str_eq(lan_str_from(label, label.len - end.len), end);
}

static lanyard_status pem_key_set(const pem_kind *kind, const lan_pem *block,
                                  const char *passphrase, lanyard_key *key, lanyard_error *err)
{
    lan_pkey *pkey = NULL;
    lanyard_status status = lan_pkey_from_der(block->der, passphrase, &pkey, err);

    if (status == LANYARD_OK)
        status = lan_key_set_pkey(key, pkey, err);
    if (status == LANYARD_OK && key->is_private != kind->is_private)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", block->start,
                               "the label of another kind of key");
    if (status != LANYARD_OK && err)
        err->offset = block->start;
    return status;
}

lanyard_status lan_pem_key_read(lan_str text, const char *passphrase, lan_arena *scratch,
                                lanyard_key *key, lanyard_error *err)
{
    lan_pem block = { 0 };
    size_t at = 0;
    lanyard_status status = lan_pem_next(scratch, text, &at, &block, err);

    while (status == LANYARD_OK) {
        const pem_kind *kind = pem_find_kind(block.label);

        if (kind)
            return pem_key_set(kind, &block, passphrase, key, err);
        if (pem_is_other_key(block.label))
            return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key", block.start,
                                   "a PEM block of a kind of key that is not supported");
        status = lan_pem_next(scratch, text, &at, &block, err);
    }
    if (status != LANYARD_E_NOT_FOUND)
        return status;
    return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", 0, "PEM without a key in it");
}
