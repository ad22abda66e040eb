/* token.c - lanyard.Token: what was verified. */
#include "core.h"

typedef struct core_token {
    PyObject_HEAD lanyard_token *token;
    PyObject *claims; /* made when asked for */
} core_token;

static const lanyard_token *token_of(PyObject *self)
{
    return ((core_token *)self)->token;
}

PyObject *core_token_wrap(core_state *state, lanyard_token *token)
{
    core_token *self = (core_token *)PyType_GenericAlloc(state->token, 0);

    if (self)
        self->token = token;
    else
        lanyard_token_free(token);
    return (PyObject *)self;
}

static int token_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((core_token *)self)->claims);
    return 0;
}

static int token_clear(PyObject *self)
{
    Py_CLEAR(((core_token *)self)->claims);
    return 0;
}

static void token_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    token_clear(self);
    lanyard_token_free(((core_token *)self)->token);
    core_dealloc(self);
}

/* Borrowed. */
static PyObject *token_claims_of(PyObject *self)
{
    core_token *token = (core_token *)self;
    lanyard_value root;

    if (token->claims)
        return token->claims;
    if (lanyard_token_find(token->token, NULL, 0, &root) == LANYARD_OK)
        token->claims = core_value_of(&root);
    if (!token->claims && !PyErr_Occurred())
        token->claims = core_json_loads_in_python(lanyard_token_payload(token->token));
    return token->claims;
}

static PyObject *token_claims(PyObject *self, void *unused)
{
    (void)unused;
    return Py_XNewRef(token_claims_of(self));
}

static PyObject *token_header(PyObject *self, void *unused)
{
    lanyard_str header = lanyard_token_header(token_of(self));
    PyObject *object = core_json_of(header.ptr, header.len);

    (void)unused;
    return object || PyErr_Occurred() ? object : core_json_loads_in_python(header);
}

static PyObject *token_payload(PyObject *self, void *unused)
{
    lanyard_str payload = lanyard_token_payload(token_of(self));

    (void)unused;
    return PyBytes_FromStringAndSize(payload.ptr, (Py_ssize_t)payload.len);
}

static PyObject *token_alg(PyObject *self, void *unused)
{
    (void)unused;
    return PyUnicode_FromString(lanyard_token_alg(token_of(self)));
}

static PyObject *token_key_index(PyObject *self, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(lanyard_token_key_index(token_of(self)));
}

static PyObject *token_item(PyObject *self, PyObject *name)
{
    PyObject *claims = token_claims_of(self);

    return claims ? PyObject_GetItem(claims, name) : NULL;
}

static Py_ssize_t token_length(PyObject *self)
{
    PyObject *claims = token_claims_of(self);

    return claims ? PyObject_Size(claims) : -1;
}

static int token_contains(PyObject *self, PyObject *name)
{
    PyObject *claims = token_claims_of(self);

    return claims ? PySequence_Contains(claims, name) : -1;
}

static PyObject *token_iter(PyObject *self)
{
    PyObject *claims = token_claims_of(self);

    return claims ? PyObject_GetIter(claims) : NULL;
}

static PyObject *token_get(PyObject *self, PyObject *args)
{
    PyObject *name, *otherwise = Py_None, *claims, *value;

    if (!PyArg_ParseTuple(args, "O|O:get", &name, &otherwise))
        return NULL;
    claims = token_claims_of(self);
    if (!claims)
        return NULL;
    value = PyDict_GetItemWithError(claims, name);
    if (!value && PyErr_Occurred())
        return NULL;
    return Py_NewRef(value ? value : otherwise);
}

static PyObject *token_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<lanyard.Token %s>", lanyard_token_alg(token_of(self)));
}

static const PyMethodDef token_methods[] = {
    { "get", token_get, METH_VARARGS,
      "get($self, name, default=None, /)\n--\n\nThe claim of that name, or default." },
    { NULL, NULL, 0, NULL },
};

static const PyGetSetDef token_getset[] = {
    { "claims", token_claims, NULL, "The verified claims, a dict.", NULL },
    { "header", token_header, NULL, "The verified header, a dict.", NULL },
    { "payload", token_payload, NULL, "The verified bytes of the claims, as received.", NULL },
    { "alg", token_alg, NULL, "The algorithm that was used.", NULL },
    { "key_index", token_key_index, NULL, "Place in the set of the key that verified it.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static const PyType_Slot token_slots[] = {
    { Py_tp_doc,
      (void *)"A verified token. token['sub'], 'sub' in token and token.get('sub') read its "
              "claims." },
    { Py_tp_traverse, token_traverse },
    { Py_tp_clear, token_clear },
    { Py_tp_dealloc, token_dealloc },
    { Py_tp_repr, token_repr },
    { Py_tp_iter, token_iter },
    { Py_tp_methods, (void *)token_methods },
    { Py_tp_getset, (void *)token_getset },
    { Py_mp_subscript, token_item },
    { Py_mp_length, token_length },
    { Py_sq_contains, token_contains },
    { 0, NULL },
};

static const PyType_Spec token_spec = {
    .name = "lanyard.Token",
    .basicsize = sizeof(core_token),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = (PyType_Slot *)token_slots,
};

int core_token_init(PyObject *module, core_state *state)
{
    state->token = core_type_add(module, &token_spec);
    return state->token ? 0 : -1;
}
