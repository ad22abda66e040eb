/* bytes.c - signatures over bare bytes, what a token says of itself, and the algorithms. */
#include "core.h"

typedef struct bytes_args {
    core_key *key;
    const char *alg;
    core_text message;
    core_text signature;
} bytes_args;

static void bytes_args_done(bytes_args *args)
{
    core_text_done(&args->message);
    core_text_done(&args->signature);
}

static lanyard_bytes bytes_of(const core_text *text)
{
    return (lanyard_bytes){ (const uint8_t *)text->ptr, text->len };
}

static lanyard_status bytes_sign(const bytes_args *args, lanyard_worker *worker, lanyard_buf *out,
                                 lanyard_error *err)
{
    lanyard_status status;

    if (!core_key_is_slow(args->key->key))
        return lanyard_sign_bytes(args->key->key, args->alg, bytes_of(&args->message), worker, out,
                                  err);
    Py_BEGIN_ALLOW_THREADS status =
        lanyard_sign_bytes(args->key->key, args->alg, bytes_of(&args->message), worker, out, err);
    Py_END_ALLOW_THREADS return status;
}

static lanyard_status bytes_check(const bytes_args *args, lanyard_worker *worker,
                                  lanyard_error *err)
{
    lanyard_status status;

    if (!core_key_is_slow(args->key->key))
        return lanyard_check_bytes(args->key->key, args->alg, bytes_of(&args->message),
                                   bytes_of(&args->signature), worker, err);
    Py_BEGIN_ALLOW_THREADS status =
        lanyard_check_bytes(args->key->key, args->alg, bytes_of(&args->message),
                            bytes_of(&args->signature), worker, err);
    Py_END_ALLOW_THREADS return status;
}

PyObject *core_sign_bytes(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "", "", NULL };
    core_state *state = core_state_of(module);
    bytes_args given = { 0 };
    lanyard_worker *worker;
    lanyard_error err = { 0 };
    lanyard_status status;
    PyObject *message;
    lanyard_buf out;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!sO:sign_bytes", (char **)names, state->key,
                                     &given.key, &given.alg, &message) ||
        core_text_of(message, "message", &given.message))
        return NULL;
    lanyard_buf_init(&out, NULL, LANYARD_LIMIT_CEILING);
    worker = core_worker_take(state);
    status = bytes_sign(&given, worker, &out, &err);
    core_worker_give(state, worker);
    bytes_args_done(&given);
    return status ? core_raise(state, status, &err) : core_buf_bytes(&out);
}

PyObject *core_check_bytes(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "", "", "", NULL };
    core_state *state = core_state_of(module);
    PyObject *message, *signature;
    bytes_args given = { 0 };
    lanyard_worker *worker;
    lanyard_error err = { 0 };
    lanyard_status status;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!sOO:check_bytes", (char **)names, state->key,
                                     &given.key, &given.alg, &message, &signature))
        return NULL;
    if (core_text_of(message, "message", &given.message) ||
        core_text_of(signature, "signature", &given.signature)) {
        bytes_args_done(&given);
        return NULL;
    }
    worker = core_worker_take(state);
    status = bytes_check(&given, worker, &err);
    core_worker_give(state, worker);
    bytes_args_done(&given);
    if (status && status != LANYARD_E_SIGNATURE)
        return core_raise(state, status, &err);
    return PyBool_FromLong(status == LANYARD_OK);
}

/* An integer of thousands of digits is JSON, and Python refuses to read it. */
static bool bytes_clear_refusal(void)
{
    bool is_refused = PyErr_ExceptionMatches(PyExc_ValueError);

    if (is_refused)
        PyErr_Clear();
    return is_refused;
}

static PyObject *bytes_header(core_state *state, const lanyard_untrusted *untrusted)
{
    static const lanyard_error err = { .status = LANYARD_E_JSON_SYNTAX,
                                       .where = "header",
                                       .detail = "an integer too long for Python" };
    lanyard_str header = lanyard_untrusted_header(untrusted);
    PyObject *object = core_json_of(header.ptr, header.len);

    if (!object && !PyErr_Occurred())
        object = core_json_loads_in_python(header);
    if (!object && bytes_clear_refusal())
        return core_raise(state, err.status, &err);
    return object;
}

/* None when they are no JSON object, or none that Python reads. */
static PyObject *bytes_claims(lanyard_untrusted *untrusted)
{
    PyObject *object;
    lanyard_value root;
    lanyard_status status = lanyard_untrusted_claim(untrusted, NULL, 0, &root, NULL);

    if (status == LANYARD_E_NO_MEMORY)
        return PyErr_NoMemory();
    if (status)
        return Py_NewRef(Py_None);
    object = core_value_of(&root);
    if (!object && !PyErr_Occurred())
        object = core_json_loads_in_python(lanyard_untrusted_payload(untrusted));
    return object || !bytes_clear_refusal() ? object : Py_NewRef(Py_None);
}

/* (header, claims or None, payload, signature). */
static PyObject *bytes_peek(core_state *state, lanyard_untrusted *untrusted)
{
    PyObject *header = bytes_header(state, untrusted);
    PyObject *claims = header ? bytes_claims(untrusted) : NULL;
    lanyard_str payload = lanyard_untrusted_payload(untrusted);
    lanyard_bytes signature = lanyard_untrusted_signature(untrusted);

    if (!claims) {
        Py_XDECREF(header);
        return NULL;
    }
    return Py_BuildValue("(NNy#y#)", header, claims, payload.ptr, (Py_ssize_t)payload.len,
                         signature.ptr, (Py_ssize_t)signature.len);
}

PyObject *core_peek(PyObject *module, PyObject *token)
{
    core_state *state = core_state_of(module);
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };
    lanyard_status status;
    PyObject *parts;
    core_text text;

    if (core_text_of(token, "token", &text))
        return NULL;
    status = lanyard_untrusted_read(NULL, text.ptr, text.len, NULL, &untrusted, &err);
    core_text_done(&text);
    if (status)
        return core_raise(state, status, &err);
    parts = bytes_peek(state, untrusted);
    lanyard_untrusted_free(untrusted);
    return parts;
}

PyObject *core_algorithms(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    const lanyard_alg_info *info;

    (void)module;
    (void)unused;
    for (size_t i = 0; list && (info = lanyard_alg_at(i)); i++) {
        PyObject *row =
            Py_BuildValue("(sssssnnO)", info->name, info->kty, info->crv, info->standing, info->rfc,
                          (Py_ssize_t)info->key_bits_min, (Py_ssize_t)info->signature_len,
                          lanyard_alg_is_available(info->name) ? Py_True : Py_False);

        if (!row || PyList_Append(list, row))
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}
