/* verifier.c - lanyard.Verifier: one policy and one set of keys, for any number of tokens. */
#include "core.h"

typedef struct core_verifier {
    PyObject_HEAD PyObject *policy; /* a Policy */
    lanyard_keyset *keys;
    bool is_slow;
} core_verifier;

static const lanyard_policy *verifier_policy(const core_verifier *self)
{
    return ((core_policy *)self->policy)->policy;
}

static PyObject *verifier_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "policy", "keys", NULL };
    core_state *state = PyType_GetModuleState(type);
    PyObject *policy, *keys;
    core_verifier *self;
    lanyard_keyset *set;
    bool is_slow;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O:Verifier", (char **)names, state->policy,
                                     &policy, &keys) ||
        core_keys_of(state, keys, &set, &is_slow))
        return NULL;
    self = (core_verifier *)PyType_GenericAlloc(type, 0);
    if (!self) {
        lanyard_keyset_free(set);
        return NULL;
    }
    self->policy = Py_NewRef(policy);
    self->keys = set;
    self->is_slow = is_slow;
    return (PyObject *)self;
}

static void verifier_dealloc(PyObject *self)
{
    core_verifier *verifier = (core_verifier *)self;

    Py_XDECREF(verifier->policy);
    lanyard_keyset_free(verifier->keys);
    core_dealloc(self);
}

/* An HMAC takes less time than handing the interpreter over and back. */
static lanyard_status verifier_run(const core_verifier *self, const core_text *text, int64_t now,
                                   lanyard_worker *worker, lanyard_token **token,
                                   lanyard_error *err)
{
    const lanyard_mem mem = { .worker = worker };
    lanyard_status status;

    if (!self->is_slow)
        return lanyard_verify(verifier_policy(self), self->keys, text->ptr, text->len, now, &mem,
                              token, err);
    Py_BEGIN_ALLOW_THREADS status = lanyard_verify(verifier_policy(self), self->keys, text->ptr,
                                                   text->len, now, &mem, token, err);
    Py_END_ALLOW_THREADS return status;
}

static int verifier_args(PyObject *args, PyObject *kwargs, const char *format, core_text *text,
                         int64_t *now)
{
    static const char *const names[] = { "", "now", NULL };
    PyObject *token, *time = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, (char **)names, &token, &time) ||
        core_now_of(time, now))
        return -1;
    return core_text_of(token, "token", text);
}

static PyObject *verifier_verify(PyObject *self, PyObject *args, PyObject *kwargs)
{
    core_state *state = core_state_of_self(self);
    lanyard_token *token = NULL;
    lanyard_worker *worker;
    lanyard_error err = { 0 };
    lanyard_status status;
    core_text text;
    int64_t now;

    if (verifier_args(args, kwargs, "O|$O:verify", &text, &now))
        return NULL;
    worker = core_worker_take(state);
    status = verifier_run((core_verifier *)self, &text, now, worker, &token, &err);
    core_worker_give(state, worker);
    core_text_done(&text);
    return status ? core_raise(state, status, &err) : core_token_wrap(state, token);
}

static PyObject *verifier_write(const lanyard_explanation *explanation)
{
    PyObject *object = NULL;
    lanyard_buf buf;

    lanyard_buf_init(&buf, NULL, LANYARD_LIMIT_CEILING);
    if (lanyard_explanation_write(explanation, &buf) == LANYARD_OK)
        object = core_json_of(buf.ptr, buf.len);
    lanyard_buf_done(&buf);
    if (!object && !PyErr_Occurred())
        PyErr_NoMemory();
    return object;
}

static PyObject *verifier_explain(PyObject *self, PyObject *args, PyObject *kwargs)
{
    core_verifier *verifier = (core_verifier *)self;
    lanyard_explanation explanation;
    lanyard_error err = { 0 };
    lanyard_status status;
    core_text text;
    int64_t now;

    if (verifier_args(args, kwargs, "O|$O:explain", &text, &now))
        return NULL;
    Py_BEGIN_ALLOW_THREADS status =
        lanyard_explain(verifier_policy(verifier), verifier->keys, text.ptr, text.len, now, NULL,
                        &explanation, &err);
    Py_END_ALLOW_THREADS core_text_done(&text);
    if (status)
        return core_raise(core_state_of_self(self), status, &err);
    return verifier_write(&explanation);
}

static const PyMethodDef verifier_methods[] = {
    { "verify", (PyCFunction)(void (*)(void))verifier_verify, METH_VARARGS | METH_KEYWORDS,
      "verify($self, token, /, *, now=None)\n--\n\n"
      "The Token, or one of the exceptions in lanyard.errors." },
    { "explain", (PyCFunction)(void (*)(void))verifier_explain, METH_VARARGS | METH_KEYWORDS,
      "explain($self, token, /, *, now=None)\n--\n\n"
      "Every rule of the verification with its outcome, as a dict." },
    { NULL, NULL, 0, NULL },
};

static const PyType_Slot verifier_slots[] = {
    { Py_tp_doc, (void *)"Verifier(policy, keys)\n--\n\n"
                         "Verifies any number of tokens, from any number of threads." },
    { Py_tp_new, verifier_new },
    { Py_tp_dealloc, verifier_dealloc },
    { Py_tp_methods, (void *)verifier_methods },
    { 0, NULL },
};

static const PyType_Spec verifier_spec = {
    .name = "lanyard.Verifier",
    .basicsize = sizeof(core_verifier),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)verifier_slots,
};

int core_verifier_init(PyObject *module, core_state *state)
{
    state->verifier = core_type_add(module, &verifier_spec);
    return state->verifier ? 0 : -1;
}
