/* jws.c - lanyard._core.Jws: one key, one algorithm, one header, and nothing but the signature.
 *
 * What lanyard.jwt takes on its straight road: any refusal, for whatever reason, is None, and the
 * caller goes the long way to find out which exception it is.
 */
#include "core.h"

#define JWS_ALG_MAX 16

typedef struct core_jws {
    PyObject_HEAD lanyard_key *key;
    lanyard_keyset *keys;
    lanyard_policy *policy;
    PyObject *header; /* a str */
    char alg[JWS_ALG_MAX];
    bool is_slow;
} core_jws;

static int jws_fill(core_state *state, core_jws *self, PyObject *key, const char *alg)
{
    lanyard_policy_opts opts = { .size = sizeof opts,
                                 .algs = alg,
                                 .allow = LANYARD_ALLOW_PADDING,
                                 .limits = { .token_len = LANYARD_LIMIT_CEILING } };
    lanyard_error err = { 0 };
    lanyard_status status;

    if (strlen(alg) >= sizeof self->alg) {
        PyErr_SetString(PyExc_ValueError, "no such algorithm");
        return -1;
    }
    memcpy(self->alg, alg, strlen(alg) + 1);
    self->key = lanyard_key_ref(((core_key *)key)->key);
    self->is_slow = core_key_is_slow(self->key);
    status = lanyard_keyset_new(&self->key, 1, NULL, &self->keys, &err);
    if (!status)
        status = lanyard_policy_new(&opts, NULL, &self->policy, &err);
    if (status)
        core_raise(state, status, &err);
    return status ? -1 : 0;
}

static PyObject *jws_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "key", "alg", "header", NULL };
    core_state *state = PyType_GetModuleState(type);
    PyObject *key, *header;
    core_jws *self;
    const char *alg;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!sU:Jws", (char **)names, state->key, &key,
                                     &alg, &header))
        return NULL;
    self = (core_jws *)PyType_GenericAlloc(type, 0);
    if (!self)
        return NULL;
    self->header = Py_NewRef(header);
    if (jws_fill(state, self, key, alg)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void jws_dealloc(PyObject *self)
{
    core_jws *jws = (core_jws *)self;

    Py_XDECREF(jws->header);
    lanyard_policy_free(jws->policy);
    lanyard_keyset_free(jws->keys);
    lanyard_key_free(jws->key);
    core_dealloc(self);
}

static lanyard_status jws_verify_run(const core_jws *self, const core_text *text,
                                     lanyard_worker *worker, lanyard_buf *payload)
{
    lanyard_status status;

    if (!self->is_slow)
        return lanyard_jws_verify(self->policy, self->keys, text->ptr, text->len, worker, payload,
                                  NULL);
    Py_BEGIN_ALLOW_THREADS status =
        lanyard_jws_verify(self->policy, self->keys, text->ptr, text->len, worker, payload, NULL);
    Py_END_ALLOW_THREADS return status;
}

/* True when payload holds what was verified; false, without an exception, when not. */
static bool jws_payload_of(PyObject *self, PyObject *token, lanyard_buf *payload)
{
    core_state *state = core_state_of_self(self);
    lanyard_worker *worker;
    lanyard_status status;
    core_text text;

    lanyard_buf_init(payload, NULL, LANYARD_LIMIT_CEILING);
    if (!PyUnicode_Check(token) && !PyBytes_Check(token))
        return false;
    if (core_text_of(token, "token", &text)) {
        PyErr_Clear();
        return false;
    }
    worker = core_worker_take(state);
    status = jws_verify_run((core_jws *)self, &text, worker, payload);
    core_worker_give(state, worker);
    core_text_done(&text);
    return status == LANYARD_OK;
}

static PyObject *jws_payload(PyObject *self, PyObject *token)
{
    lanyard_buf payload;

    if (!jws_payload_of(self, token, &payload)) {
        lanyard_buf_done(&payload);
        return Py_NewRef(Py_None);
    }
    return core_buf_bytes(&payload);
}

/* None as well when the payload is not an object, or is read differently by json.loads. */
static PyObject *jws_claims(PyObject *self, PyObject *token)
{
    PyObject *claims = NULL;
    lanyard_buf payload;

    if (jws_payload_of(self, token, &payload))
        claims = core_json_of(payload.ptr, payload.len);
    lanyard_buf_done(&payload);
    if (claims && !PyDict_Check(claims))
        Py_CLEAR(claims);
    if (!claims && !PyErr_Occurred())
        return Py_NewRef(Py_None);
    return claims;
}

static lanyard_status jws_sign_run(const core_jws *self, const lanyard_jws_opts *opts,
                                   lanyard_bytes payload, lanyard_worker *worker, lanyard_buf *out,
                                   lanyard_error *err)
{
    lanyard_status status;

    if (!self->is_slow)
        return lanyard_jws_sign(self->key, opts, payload, worker, out, err);
    Py_BEGIN_ALLOW_THREADS status = lanyard_jws_sign(self->key, opts, payload, worker, out, err);
    Py_END_ALLOW_THREADS return status;
}

static PyObject *jws_sign_bytes(PyObject *self, lanyard_bytes payload)
{
    core_state *state = core_state_of_self(self);
    core_jws *jws = (core_jws *)self;
    lanyard_jws_opts opts = { .size = sizeof opts, .alg = jws->alg };
    Py_ssize_t header_len;
    lanyard_worker *worker;
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf out;

    opts.header = PyUnicode_AsUTF8AndSize(jws->header, &header_len);
    if (!opts.header)
        return NULL;
    opts.header_len = (size_t)header_len;
    lanyard_buf_init(&out, NULL, LANYARD_LIMIT_CEILING);
    worker = core_worker_take(state);
    status = jws_sign_run(jws, &opts, payload, worker, &out, &err);
    core_worker_give(state, worker);
    return status ? core_raise(state, status, &err) : core_buf_str(&out);
}

static PyObject *jws_sign(PyObject *self, PyObject *payload)
{
    PyObject *token;
    core_text text;

    if (core_text_of(payload, "payload", &text))
        return NULL;
    token = jws_sign_bytes(self, (lanyard_bytes){ (const uint8_t *)text.ptr, text.len });
    core_text_done(&text);
    return token;
}

static PyObject *jws_sign_claims(PyObject *self, PyObject *claims)
{
    PyObject *token = NULL;
    lanyard_buf json;

    lanyard_buf_init(&json, NULL, LANYARD_LIMIT_CEILING);
    if (core_json_write(claims, &json))
        token = jws_sign_bytes(self, (lanyard_bytes){ (const uint8_t *)json.ptr, json.len });
    lanyard_buf_done(&json);
    if (!token && !PyErr_Occurred())
        return Py_NewRef(Py_None);
    return token;
}

static const PyMethodDef jws_methods[] = {
    { "payload", jws_payload, METH_O,
      "payload($self, token, /)\n--\n\nThe verified payload, or None." },
    { "claims", jws_claims, METH_O,
      "claims($self, token, /)\n--\n\nThe verified claims, or None." },
    { "sign", jws_sign, METH_O, "sign($self, payload, /)\n--\n\nThe token of that payload." },
    { "sign_claims", jws_sign_claims, METH_O,
      "sign_claims($self, claims, /)\n--\n\n"
      "The token of these claims, or None when json.dumps must write them." },
    { NULL, NULL, 0, NULL },
};

static const PyType_Slot jws_slots[] = {
    { Py_tp_doc,
      (void *)"Jws(key, alg, header)\n--\n\nSignatures of one key, algorithm and header." },
    { Py_tp_new, jws_new },
    { Py_tp_dealloc, jws_dealloc },
    { Py_tp_methods, (void *)jws_methods },
    { 0, NULL },
};

static const PyType_Spec jws_spec = {
    .name = "lanyard._core.Jws",
    .basicsize = sizeof(core_jws),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)jws_slots,
};

int core_jws_init(PyObject *module, core_state *state)
{
    state->jws = core_type_add(module, &jws_spec);
    return state->jws ? 0 : -1;
}
