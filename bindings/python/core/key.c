/* key.c - lanyard.Key: one key, typed when it is read. */
#include "core.h"

#define KEY_TEXT_MAX 1048576u

typedef struct key_format {
    const char *name;
    lanyard_key_format format;
} key_format;

static const key_format key_formats[] = {
    { "any", LANYARD_KEY_ANY }, { "jwk", LANYARD_KEY_JWK }, { "pem", LANYARD_KEY_PEM },
    { "der", LANYARD_KEY_DER }, { "ssh", LANYARD_KEY_SSH }, { "secret", LANYARD_KEY_SECRET },
};

static lanyard_key *key_of(PyObject *self)
{
    return ((core_key *)self)->key;
}

bool core_key_is_slow(const lanyard_key *key)
{
    return strcmp(lanyard_key_kty(key), "oct") != 0;
}

PyObject *core_key_wrap(core_state *state, lanyard_key *key)
{
    core_key *self = (core_key *)PyType_GenericAlloc(state->key, 0);

    if (self)
        self->key = key;
    else
        lanyard_key_free(key);
    return (PyObject *)self;
}

static int key_find_format(const char *name, lanyard_key_format *format)
{
    for (size_t i = 0; i < sizeof key_formats / sizeof *key_formats; i++) {
        if (strcmp(key_formats[i].name, name) == 0) {
            *format = key_formats[i].format;
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError, "no key format %s; there are any, jwk, pem, der, ssh, secret",
                 name);
    return -1;
}

static PyObject *key_read(core_state *state, PyObject *data, const lanyard_key_opts *opts)
{
    lanyard_error err = { 0 };
    lanyard_key *key = NULL;
    lanyard_status status;
    core_text text;

    if (core_text_of(data, "key", &text))
        return NULL;
    status = lanyard_key_read(text.ptr, text.len, opts, NULL, &key, &err);
    core_text_done(&text);
    return status ? core_raise(state, status, &err) : core_key_wrap(state, key);
}

static PyObject *key_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "",           "format",      "alg", "kid",
                                         "passphrase", "allow_short", NULL };
    const char *format = "any";
    PyObject *alg = NULL, *kid = NULL, *passphrase = NULL, *data;
    lanyard_key_opts opts = { .size = sizeof opts };
    int allow_short = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$sOOOp:Key", (char **)names, &data, &format,
                                     &alg, &kid, &passphrase, &allow_short) ||
        key_find_format(format, &opts.format) || core_name_of(alg, "alg", &opts.alg) ||
        core_name_of(kid, "kid", &opts.kid) ||
        core_name_of(passphrase, "passphrase", &opts.passphrase))
        return NULL;
    opts.allow_short_key = (uint32_t)allow_short;
    return key_read(PyType_GetModuleState(type), data, &opts);
}

static PyObject *key_secret(PyObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "alg", "kid", "allow_short", NULL };
    lanyard_key_opts opts = { .size = sizeof opts, .format = LANYARD_KEY_SECRET };
    PyObject *alg = NULL, *kid = NULL, *data;
    int allow_short = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OOp:secret", (char **)names, &data, &alg,
                                     &kid, &allow_short) ||
        core_name_of(alg, "alg", &opts.alg) || core_name_of(kid, "kid", &opts.kid))
        return NULL;
    opts.allow_short_key = (uint32_t)allow_short;
    return key_read(PyType_GetModuleState((PyTypeObject *)type), data, &opts);
}

static PyObject *key_generate(PyObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "kid", "bits", NULL };
    core_state *state = PyType_GetModuleState((PyTypeObject *)type);
    lanyard_keygen_opts opts = { .size = sizeof opts };
    lanyard_error err = { 0 };
    PyObject *alg, *kid = NULL;
    lanyard_key *key = NULL;
    lanyard_status status;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OI:generate", (char **)names, &alg, &kid,
                                     &opts.bits) ||
        core_name_of(alg, "alg", &opts.alg) || core_name_of(kid, "kid", &opts.kid))
        return NULL;
    Py_BEGIN_ALLOW_THREADS status = lanyard_key_generate(&opts, NULL, &key, &err);
    Py_END_ALLOW_THREADS return status ? core_raise(state, status, &err)
                                       : core_key_wrap(state, key);
}

static void key_dealloc(PyObject *self)
{
    lanyard_key_free(key_of(self));
    core_dealloc(self);
}

static PyObject *key_kty(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(lanyard_key_kty(key_of(self)));
}

static PyObject *key_crv(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(lanyard_key_crv(key_of(self)));
}

static PyObject *key_alg(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(lanyard_key_alg(key_of(self)));
}

static PyObject *key_kid(PyObject *self, void *unused)
{
    (void)unused;
    return core_str_of(lanyard_key_kid(key_of(self)));
}

static PyObject *key_use(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(lanyard_key_use(key_of(self)));
}

static PyObject *key_bits(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(lanyard_key_bits(key_of(self)));
}

static PyObject *key_is_private(PyObject *self, void *unused)
{
    (void)unused;
    return PyBool_FromLong(lanyard_key_is_private(key_of(self)));
}

static PyObject *key_fits(PyObject *self, PyObject *alg)
{
    const char *name;

    if (core_name_of(alg, "alg", &name))
        return NULL;
    return PyBool_FromLong(name && lanyard_key_fits(key_of(self), name));
}

static PyObject *key_to_jwk(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "private", NULL };
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;
    int is_private = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:to_jwk", (char **)names, &is_private))
        return NULL;
    lanyard_buf_init(&buf, NULL, KEY_TEXT_MAX);
    status = lanyard_key_write_jwk(
        key_of(self), is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC, &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_str(&buf);
}

static PyObject *key_to_pem(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "private", "passphrase", NULL };
    const char *passphrase;
    PyObject *arg = NULL;
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;
    int is_private = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$pO:to_pem", (char **)names, &is_private,
                                     &arg) ||
        core_name_of(arg, "passphrase", &passphrase))
        return NULL;
    lanyard_buf_init(&buf, NULL, KEY_TEXT_MAX);
    status =
        lanyard_key_write_pem(key_of(self), is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC,
                              passphrase, &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_str(&buf);
}

static PyObject *key_to_der(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "private", NULL };
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;
    int is_private = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:to_der", (char **)names, &is_private))
        return NULL;
    lanyard_buf_init(&buf, NULL, KEY_TEXT_MAX);
    status = lanyard_key_write_der(
        key_of(self), is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC, &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_bytes(&buf);
}

static PyObject *key_thumbprint(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "bits", "uri", NULL };
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;
    int bits = LANYARD_SHA256;
    int as_uri = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$ip:thumbprint", (char **)names, &bits,
                                     &as_uri))
        return NULL;
    if (bits != LANYARD_SHA256 && bits != LANYARD_SHA384 && bits != LANYARD_SHA512) {
        PyErr_SetString(PyExc_ValueError, "bits must be 256, 384 or 512");
        return NULL;
    }
    lanyard_buf_init(&buf, NULL, KEY_TEXT_MAX);
    status = lanyard_key_write_thumbprint(key_of(self), (lanyard_hash)bits, as_uri, &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_str(&buf);
}

/* Never the key itself. */
static PyObject *key_repr(PyObject *self)
{
    const lanyard_key *key = key_of(self);
    const char *crv = lanyard_key_crv(key);

    return PyUnicode_FromFormat("<lanyard.Key %s%s%s, %zu bits, %s>", lanyard_key_kty(key),
                                *crv ? " " : "", crv, lanyard_key_bits(key),
                                lanyard_key_is_private(key) ? "private" : "public");
}

static const PyMethodDef key_methods[] = {
    { "secret", (PyCFunction)(void (*)(void))key_secret, METH_VARARGS | METH_KEYWORDS | METH_CLASS,
      "secret($type, data, /, *, alg=None, kid=None, allow_short=False)\n--\n\n"
      "A key whose bytes are an HMAC secret." },
    { "generate", (PyCFunction)(void (*)(void))key_generate,
      METH_VARARGS | METH_KEYWORDS | METH_CLASS,
      "generate($type, alg, /, *, kid=None, bits=0)\n--\n\n"
      "A new private key or secret for that algorithm." },
    { "fits", key_fits, METH_O,
      "fits($self, alg, /)\n--\n\nWhether the key may be used with the algorithm at all." },
    { "to_jwk", (PyCFunction)(void (*)(void))key_to_jwk, METH_VARARGS | METH_KEYWORDS,
      "to_jwk($self, /, *, private=False)\n--\n\nThe key as the text of a JWK (RFC 7517)." },
    { "to_pem", (PyCFunction)(void (*)(void))key_to_pem, METH_VARARGS | METH_KEYWORDS,
      "to_pem($self, /, *, private=False, passphrase=None)\n--\n\n"
      "The key as PEM: SPKI, or PKCS#8, encrypted under the passphrase." },
    { "to_der", (PyCFunction)(void (*)(void))key_to_der, METH_VARARGS | METH_KEYWORDS,
      "to_der($self, /, *, private=False)\n--\n\n"
      "The key as DER: SPKI or PKCS#8; of a secret (private=True) its bytes." },
    { "thumbprint", (PyCFunction)(void (*)(void))key_thumbprint, METH_VARARGS | METH_KEYWORDS,
      "thumbprint($self, /, *, bits=256, uri=False)\n--\n\n"
      "The RFC 7638 thumbprint in base64url, or as the URI of RFC 9278." },
    { NULL, NULL, 0, NULL },
};

static const PyGetSetDef key_getset[] = {
    { "kty", key_kty, NULL, "Key type: oct, RSA, EC, OKP or AKP.", NULL },
    { "crv", key_crv, NULL, "Curve, or an empty str.", NULL },
    { "alg", key_alg, NULL, "The one algorithm the key is for, or an empty str.", NULL },
    { "kid", key_kid, NULL, "Key ID, or an empty str.", NULL },
    { "use", key_use, NULL, "sig, enc or an empty str.", NULL },
    { "bits", key_bits, NULL, "Length of the modulus, field or secret.", NULL },
    { "is_private", key_is_private, NULL, "Whether it can sign, or is a secret.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static const PyType_Slot key_slots[] = {
    { Py_tp_doc,
      (void *)"Key(data, /, *, format='any', alg=None, kid=None, passphrase=None, "
              "allow_short=False)\n--\n\n"
              "One key, read from a JWK, PEM, DER or OpenSSH public key, told apart by shape.\n\n"
              "A secret is never guessed: Key.secret() or format='secret' makes one." },
    { Py_tp_new, key_new },
    { Py_tp_dealloc, key_dealloc },
    { Py_tp_repr, key_repr },
    { Py_tp_methods, (void *)key_methods },
    { Py_tp_getset, (void *)key_getset },
    { 0, NULL },
};

static const PyType_Spec key_spec = {
    .name = "lanyard.Key",
    .basicsize = sizeof(core_key),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)key_slots,
};

int core_key_init(PyObject *module, core_state *state)
{
    state->key = core_type_add(module, &key_spec);
    return state->key ? 0 : -1;
}
