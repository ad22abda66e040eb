/* policy.c - lanyard.Policy: what a verifier will accept. */
#include "core.h"

#define POLICY_TEXT_MAX 1048576u

typedef struct policy_allow {
    const char *name;
    uint32_t bit;
} policy_allow;

static const policy_allow policy_allows[] = {
    { "no_exp", LANYARD_ALLOW_NO_EXP },         { "any_aud", LANYARD_ALLOW_ANY_AUD },
    { "any_typ", LANYARD_ALLOW_ANY_TYP },       { "padding", LANYARD_ALLOW_PADDING },
    { "future_iat", LANYARD_ALLOW_FUTURE_IAT },
};

/* The arguments as Python gives them. */
typedef struct policy_args {
    PyObject *algs, *issuers, *audiences, *subject, *typ, *required, *leeway, *max_age, *allow;
    lanyard_limits limits;
} policy_args;

/* The lists that the options borrow from, to be given back. */
typedef struct policy_lists {
    PyObject *algs_text, *issuers, *audiences, *required, *allow;
    const char **issuer_names, **audience_names, **required_names, **allow_names;
} policy_lists;

static lanyard_policy *policy_of(PyObject *self)
{
    return ((core_policy *)self)->policy;
}

static PyObject *policy_wrap(core_state *state, lanyard_policy *policy)
{
    core_policy *self = (core_policy *)PyType_GenericAlloc(state->policy, 0);

    if (self)
        self->policy = policy;
    else
        lanyard_policy_free(policy);
    return (PyObject *)self;
}

static int policy_allow_of(const char *const *names, uint32_t *allow)
{
    *allow = 0;
    for (; names && *names; names++) {
        size_t i = 0;

        while (i < sizeof policy_allows / sizeof *policy_allows &&
               strcmp(policy_allows[i].name, *names) != 0)
            i++;
        if (i == sizeof policy_allows / sizeof *policy_allows) {
            PyErr_Format(PyExc_ValueError, "nothing called %s can be allowed", *names);
            return -1;
        }
        *allow |= policy_allows[i].bit;
    }
    return 0;
}

/* "ES256 EdDSA" of a str or an iterable of str. */
static PyObject *policy_join(PyObject *algs)
{
    PyObject *space;
    PyObject *text;

    if (PyUnicode_Check(algs))
        return Py_NewRef(algs);
    space = PyUnicode_FromString(" ");
    text = space ? PyUnicode_Join(space, algs) : NULL;
    Py_XDECREF(space);
    return text;
}

static int policy_lists_of(const policy_args *args, policy_lists *lists)
{
    lists->algs_text = policy_join(args->algs);
    if (!lists->algs_text ||
        core_list_of(args->issuers, "issuers", &lists->issuers, &lists->issuer_names) ||
        core_list_of(args->audiences, "audiences", &lists->audiences, &lists->audience_names) ||
        core_list_of(args->required, "required", &lists->required, &lists->required_names) ||
        core_list_of(args->allow, "allow", &lists->allow, &lists->allow_names))
        return -1;
    return 0;
}

static void policy_lists_done(policy_lists *lists)
{
    Py_XDECREF(lists->algs_text);
    core_list_done(lists->issuers, lists->issuer_names);
    core_list_done(lists->audiences, lists->audience_names);
    core_list_done(lists->required, lists->required_names);
    core_list_done(lists->allow, lists->allow_names);
}

static int policy_opts_of(const policy_args *args, const policy_lists *lists,
                          lanyard_policy_opts *opts)
{
    *opts = (lanyard_policy_opts){
        .size = sizeof *opts,
        .issuers = lists->issuer_names,
        .audiences = lists->audience_names,
        .required = lists->required_names,
        .limits = args->limits,
    };
    if (core_name_of(lists->algs_text, "algs", &opts->algs) ||
        core_name_of(args->subject, "subject", &opts->subject) ||
        core_name_of(args->typ, "typ", &opts->typ) ||
        core_seconds_of(args->leeway, "leeway", 0, &opts->leeway_s) ||
        core_seconds_of(args->max_age, "max_age", 1, &opts->max_age_s) ||
        policy_allow_of(lists->allow_names, &opts->allow))
        return -1;
    return 0;
}

static PyObject *policy_make(core_state *state, const policy_args *args)
{
    policy_lists lists = { 0 };
    lanyard_policy *policy = NULL;
    lanyard_policy_opts opts;
    lanyard_error err = { 0 };
    lanyard_status status = LANYARD_E_POLICY;

    if (policy_lists_of(args, &lists) || policy_opts_of(args, &lists, &opts)) {
        policy_lists_done(&lists);
        return NULL;
    }
    status = lanyard_policy_new(&opts, NULL, &policy, &err);
    policy_lists_done(&lists);
    return status ? core_raise(state, status, &err) : policy_wrap(state, policy);
}

static PyObject *policy_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = {
        "",        "issuers", "audiences", "subject",    "typ",        "required",    "leeway",
        "max_age", "allow",   "token_len", "header_len", "json_depth", "json_values", NULL
    };
    policy_args given = { 0 };

    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O|$OOOOOOOOIIII:Policy", (char **)names, &given.algs, &given.issuers,
            &given.audiences, &given.subject, &given.typ, &given.required, &given.leeway,
            &given.max_age, &given.allow, &given.limits.token_len, &given.limits.header_len,
            &given.limits.json_depth, &given.limits.json_values))
        return NULL;
    return policy_make(PyType_GetModuleState(type), &given);
}

static PyObject *policy_read(PyObject *type, PyObject *arg)
{
    core_state *state = PyType_GetModuleState((PyTypeObject *)type);
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };
    lanyard_status status;
    core_text text;

    if (core_text_of(arg, "text", &text))
        return NULL;
    status = lanyard_policy_read(text.ptr, text.len, NULL, &policy, &err);
    core_text_done(&text);
    return status ? core_raise(state, status, &err) : policy_wrap(state, policy);
}

static void policy_dealloc(PyObject *self)
{
    lanyard_policy_free(policy_of(self));
    core_dealloc(self);
}

static PyObject *policy_to_json(PyObject *self, PyObject *unused)
{
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;

    (void)unused;
    lanyard_buf_init(&buf, NULL, POLICY_TEXT_MAX);
    status = lanyard_policy_write(policy_of(self), &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_str(&buf);
}

static PyObject *policy_repr(PyObject *self)
{
    PyObject *json = policy_to_json(self, NULL);
    PyObject *text = json ? PyUnicode_FromFormat("<lanyard.Policy %U>", json) : NULL;

    Py_XDECREF(json);
    return text;
}

static const PyMethodDef policy_methods[] = {
    { "read", policy_read, METH_O | METH_CLASS,
      "read($type, text, /)\n--\n\nThe policy of a policy file, which is JSON." },
    { "to_json", policy_to_json, METH_NOARGS,
      "to_json($self, /)\n--\n\nThe policy as the text of a policy file." },
    { NULL, NULL, 0, NULL },
};

static const PyType_Slot policy_slots[] = {
    { Py_tp_doc,
      (void *)"Policy(algs, /, *, issuers=None, audiences=None, subject=None, typ=None, "
              "required=None, "
              "leeway=0, max_age=None, allow=None, token_len=0, header_len=0, json_depth=0, "
              "json_values=0)\n--\n\n"
              "What a verifier will accept. Only algs is required: names, or '*' for what each key "
              "says.\n\n"
              "Lists may be one str or an iterable of them; leeway and max_age whole seconds "
              "or a\ntimedelta of them.\n"
              "allow takes one strictness away for each name: no_exp, any_aud, any_typ, padding,\n"
              "future_iat. A limit of 0 is its default." },
    { Py_tp_new, policy_new },
    { Py_tp_dealloc, policy_dealloc },
    { Py_tp_repr, policy_repr },
    { Py_tp_methods, (void *)policy_methods },
    { 0, NULL },
};

static const PyType_Spec policy_spec = {
    .name = "lanyard.Policy",
    .basicsize = sizeof(core_policy),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)policy_slots,
};

int core_policy_init(PyObject *module, core_state *state)
{
    state->policy = core_type_add(module, &policy_spec);
    return state->policy ? 0 : -1;
}
