/* issuer.c - lanyard.Issuer: makes tokens. */
#include "core.h"

typedef struct core_issuer {
    PyObject_HEAD lanyard_issuer *issuer;
    bool is_slow;
} core_issuer;

/* The arguments as Python gives them. */
typedef struct issuer_args {
    PyObject *key, *alg, *typ, *header, *iss, *sub, *aud, *lifetime;
    int kid, nbf, iat, jti;
} issuer_args;

/* JSON of a dict, by lanyard._claims.dump(), which knows what to do with a datetime. */
static PyObject *issuer_dump(core_state *state, PyObject *claims)
{
    PyObject *module;

    if (!state->dump) {
        module = PyImport_ImportModule("lanyard._claims");
        state->dump = module ? PyObject_GetAttrString(module, "dump") : NULL;
        Py_XDECREF(module);
    }
    return state->dump ? PyObject_CallFunctionObjArgs(state->dump, claims, NULL) : NULL;
}

/* *json, to be given back, holds what *text points at; nothing for None. */
static int issuer_json_of(core_state *state, PyObject *arg, PyObject **json, core_text *text)
{
    *json = NULL;
    *text = (core_text){ 0 };
    if (!arg || arg == Py_None)
        return 0;
    *json = PyUnicode_Check(arg) || PyBytes_Check(arg) ? Py_NewRef(arg) : issuer_dump(state, arg);
    return *json ? core_text_of(*json, "claims", text) : -1;
}

static int issuer_opts_of(const issuer_args *args, lanyard_issuer_opts *opts)
{
    if (core_name_of(args->alg, "alg", &opts->alg) || core_name_of(args->typ, "typ", &opts->typ) ||
        core_name_of(args->iss, "iss", &opts->iss) || core_name_of(args->sub, "sub", &opts->sub) ||
        core_seconds_of(args->lifetime, "lifetime", 1, &opts->lifetime_s))
        return -1;
    opts->key = ((core_key *)args->key)->key;
    opts->no_kid = !args->kid;
    opts->add_nbf = (uint32_t)args->nbf;
    opts->add_iat = (uint32_t)args->iat;
    opts->add_jti = (uint32_t)args->jti;
    return 0;
}

static int issuer_make(core_state *state, const issuer_args *args, lanyard_issuer **issuer)
{
    lanyard_issuer_opts opts = { .size = sizeof opts };
    PyObject *audiences = NULL, *json = NULL;
    const char **names = NULL;
    lanyard_error err = { 0 };
    lanyard_status status;
    core_text header;
    int result = -1;

    if (issuer_opts_of(args, &opts) == 0 &&
        core_list_of(args->aud, "aud", &audiences, &names) == 0 &&
        issuer_json_of(state, args->header, &json, &header) == 0) {
        opts.audiences = names;
        opts.header = header.ptr;
        opts.header_len = header.len;
        status = lanyard_issuer_new(&opts, NULL, issuer, &err);
        core_text_done(&header);
        result = status ? -1 : 0;
        if (status)
            core_raise(state, status, &err);
    }
    Py_XDECREF(json);
    core_list_done(audiences, names);
    return result;
}

static PyObject *issuer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "",    "alg",      "typ", "header", "kid", "iss", "sub",
                                         "aud", "lifetime", "nbf", "iat",    "jti", NULL };
    core_state *state = PyType_GetModuleState(type);
    issuer_args given = { .kid = 1 };
    lanyard_issuer *issuer = NULL;
    core_issuer *self;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|$OOOpOOOOppp:Issuer", (char **)names,
                                     state->key, &given.key, &given.alg, &given.typ, &given.header,
                                     &given.kid, &given.iss, &given.sub, &given.aud,
                                     &given.lifetime, &given.nbf, &given.iat, &given.jti) ||
        issuer_make(state, &given, &issuer))
        return NULL;
    self = (core_issuer *)PyType_GenericAlloc(type, 0);
    if (!self) {
        lanyard_issuer_free(issuer);
        return NULL;
    }
    self->issuer = issuer;
    self->is_slow = core_key_is_slow(((core_key *)given.key)->key);
    return (PyObject *)self;
}

static void issuer_dealloc(PyObject *self)
{
    lanyard_issuer_free(((core_issuer *)self)->issuer);
    core_dealloc(self);
}

static lanyard_status issuer_run(const core_issuer *self, const core_text *json, int64_t now,
                                 lanyard_worker *worker, lanyard_buf *out, lanyard_error *err)
{
    const lanyard_claims_opts claims = { .size = sizeof claims,
                                         .json = json->ptr,
                                         .json_len = json->len };
    lanyard_status status;

    if (!self->is_slow)
        return lanyard_issue(self->issuer, &claims, now, worker, out, err);
    Py_BEGIN_ALLOW_THREADS status = lanyard_issue(self->issuer, &claims, now, worker, out, err);
    Py_END_ALLOW_THREADS return status;
}

static PyObject *issuer_issue(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "claims", "now", NULL };
    core_state *state = core_state_of_self(self);
    PyObject *claims = NULL, *time = NULL, *json;
    lanyard_worker *worker;
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf out;
    core_text text;
    int64_t now;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O$O:issue", (char **)names, &claims, &time) ||
        core_now_of(time, &now))
        return NULL;
    if (issuer_json_of(state, claims, &json, &text)) {
        Py_XDECREF(json);
        return NULL;
    }
    lanyard_buf_init(&out, NULL, LANYARD_LIMIT_CEILING);
    worker = core_worker_take(state);
    status = issuer_run((core_issuer *)self, &text, now, worker, &out, &err);
    core_worker_give(state, worker);
    core_text_done(&text);
    Py_XDECREF(json);
    return status ? core_raise(state, status, &err) : core_buf_str(&out);
}

static const PyMethodDef issuer_methods[] = {
    { "issue", (PyCFunction)(void (*)(void))issuer_issue, METH_VARARGS | METH_KEYWORDS,
      "issue($self, /, claims=None, *, now=None)\n--\n\n"
      "The token of these claims (a dict, or JSON) and of the issuer's own." },
    { NULL, NULL, 0, NULL },
};

static const PyType_Slot issuer_slots[] = {
    { Py_tp_doc,
      (void *)"Issuer(key, /, *, alg=None, typ=None, header=None, kid=True, iss=None, sub=None, "
              "aud=None, lifetime=None, nbf=False, iat=False, jti=False)\n--\n\n"
              "Makes tokens with one key. It adds nothing that is not asked for.\n\n"
              "iss, sub, aud, lifetime (exp), nbf, iat and jti add claims that are not given.\n"
              "lifetime is whole seconds, at least one, or a timedelta of them." },
    { Py_tp_new, issuer_new },
    { Py_tp_dealloc, issuer_dealloc },
    { Py_tp_methods, (void *)issuer_methods },
    { 0, NULL },
};

static const PyType_Spec issuer_spec = {
    .name = "lanyard.Issuer",
    .basicsize = sizeof(core_issuer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)issuer_slots,
};

int core_issuer_init(PyObject *module, core_state *state)
{
    state->issuer = core_type_add(module, &issuer_spec);
    return state->issuer ? 0 : -1;
}
