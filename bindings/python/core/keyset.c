/* keyset.c - lanyard.KeySet: the keys that may verify a token. */
#include "core.h"

#define KEYSET_TEXT_MAX 16777216u

static lanyard_keyset *keyset_of(PyObject *self)
{
    return ((core_keyset *)self)->keys;
}

static bool keyset_is_slow(const lanyard_keyset *keys)
{
    const lanyard_key *key;

    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)); i++) {
        if (core_key_is_slow(key))
            return true;
    }
    return false;
}

static size_t keyset_count(const lanyard_keyset *keys)
{
    size_t count = 0;

    while (lanyard_keyset_at(keys, count))
        count++;
    return count;
}

static PyObject *keyset_wrap(core_state *state, lanyard_keyset *keys)
{
    core_keyset *self = (core_keyset *)PyType_GenericAlloc(state->keyset, 0);

    if (!self) {
        lanyard_keyset_free(keys);
        return NULL;
    }
    self->keys = keys;
    self->is_slow = keyset_is_slow(keys);
    return (PyObject *)self;
}

static int keyset_read(core_state *state, PyObject *data, const lanyard_key_opts *opts,
                       lanyard_keyset **keys)
{
    lanyard_error err = { 0 };
    lanyard_status status;
    core_text text;

    if (core_text_of(data, "keys", &text))
        return -1;
    status = lanyard_keyset_read(text.ptr, text.len, opts, NULL, keys, &err);
    core_text_done(&text);
    if (status)
        core_raise(state, status, &err);
    return status ? -1 : 0;
}

/* Keys, borrowed from the items of tuple. */
static int keyset_gather(core_state *state, PyObject *tuple, lanyard_key **list)
{
    for (Py_ssize_t i = 0; i < PyTuple_Size(tuple); i++) {
        PyObject *item = PyTuple_GetItem(tuple, i);

        if (Py_TYPE(item) != state->key) {
            PyErr_Format(PyExc_TypeError, "a key set holds Key objects, not %R", Py_TYPE(item));
            return -1;
        }
        list[i] = ((core_key *)item)->key;
    }
    return 0;
}

static int keyset_make(core_state *state, PyObject *iterable, lanyard_keyset **keys)
{
    PyObject *tuple = PySequence_Tuple(iterable);
    lanyard_error err = { 0 };
    lanyard_key **list;
    lanyard_status status;
    int result = -1;

    if (!tuple)
        return -1;
    list = PyMem_Calloc((size_t)PyTuple_Size(tuple) + 1, sizeof(lanyard_key *));
    if (!list) {
        PyErr_NoMemory();
    } else if (keyset_gather(state, tuple, list) == 0) {
        status = lanyard_keyset_new(list, (size_t)PyTuple_Size(tuple), NULL, keys, &err);
        result = status ? -1 : 0;
        if (status)
            core_raise(state, status, &err);
    }
    PyMem_Free((void *)list);
    Py_DECREF(tuple);
    return result;
}

static int keyset_of_arg(core_state *state, PyObject *arg, const lanyard_key_opts *opts,
                         lanyard_keyset **keys)
{
    if (PyUnicode_Check(arg) || PyObject_CheckBuffer(arg))
        return keyset_read(state, arg, opts, keys);
    return keyset_make(state, arg, keys);
}

int core_keys_of(core_state *state, PyObject *arg, lanyard_keyset **keys, bool *is_slow)
{
    PyObject *one;
    int result;

    if (Py_TYPE(arg) == state->keyset) {
        *keys = lanyard_keyset_ref(keyset_of(arg));
        *is_slow = ((core_keyset *)arg)->is_slow;
        return 0;
    }
    one = Py_TYPE(arg) == state->key ? PyTuple_Pack(1, arg) : Py_NewRef(arg);
    result = one ? keyset_of_arg(state, one, NULL, keys) : -1;
    Py_XDECREF(one);
    if (result == 0)
        *is_slow = keyset_is_slow(*keys);
    return result;
}

static PyObject *keyset_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "", "alg", "passphrase", "allow_short", NULL };
    core_state *state = PyType_GetModuleState(type);
    lanyard_key_opts opts = { .size = sizeof opts };
    PyObject *data, *alg = NULL, *passphrase = NULL;
    lanyard_keyset *keys = NULL;
    int allow_short = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OOp:KeySet", (char **)names, &data, &alg,
                                     &passphrase, &allow_short) ||
        core_name_of(alg, "alg", &opts.alg) ||
        core_name_of(passphrase, "passphrase", &opts.passphrase))
        return NULL;
    opts.allow_short_key = (uint32_t)allow_short;
    if (keyset_of_arg(state, data, &opts, &keys))
        return NULL;
    return keyset_wrap(state, keys);
}

static void keyset_dealloc(PyObject *self)
{
    lanyard_keyset_free(keyset_of(self));
    core_dealloc(self);
}

static Py_ssize_t keyset_length(PyObject *self)
{
    return (Py_ssize_t)keyset_count(keyset_of(self));
}

static PyObject *keyset_item(PyObject *self, Py_ssize_t index)
{
    const lanyard_key *key = index < 0 ? NULL : lanyard_keyset_at(keyset_of(self), (size_t)index);

    if (!key) {
        PyErr_SetString(PyExc_IndexError, "no such key in the set");
        return NULL;
    }
    return core_key_wrap(core_state_of_self(self), lanyard_key_ref(key));
}

static PyObject *keyset_find(PyObject *self, PyObject *kid)
{
    const lanyard_key *key;
    core_text text;

    if (core_text_of(kid, "kid", &text))
        return NULL;
    key = lanyard_keyset_find(keyset_of(self), (lanyard_str){ text.ptr, text.len });
    core_text_done(&text);
    return key ? core_key_wrap(core_state_of_self(self), lanyard_key_ref(key)) : Py_NewRef(Py_None);
}

static PyObject *keyset_skipped(PyObject *self, void *unused)
{
    PyObject *list = PyList_New(0);
    lanyard_error why = { 0 };
    size_t position;

    (void)unused;
    for (size_t i = 0; list && lanyard_keyset_skipped(keyset_of(self), i, &position, &why); i++) {
        PyObject *error = core_error_new(core_state_of_self(self), why.status, &why);
        PyObject *item = error ? Py_BuildValue("(nN)", (Py_ssize_t)position, error) : NULL;

        if (!item || PyList_Append(list, item))
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *keyset_to_jwks(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static const char *const names[] = { "private", NULL };
    lanyard_error err = { 0 };
    lanyard_status status;
    lanyard_buf buf;
    int is_private = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:to_jwks", (char **)names, &is_private))
        return NULL;
    lanyard_buf_init(&buf, NULL, KEYSET_TEXT_MAX);
    status = lanyard_keyset_write(
        keyset_of(self), is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC, &buf, &err);
    return status ? core_raise(core_state_of_self(self), status, &err) : core_buf_str(&buf);
}

static PyObject *keyset_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<lanyard.KeySet of %zu>", keyset_count(keyset_of(self)));
}

static const PyMethodDef keyset_methods[] = {
    { "find", keyset_find, METH_O,
      "find($self, kid, /)\n--\n\nThe first key of that ID, or None." },
    { "to_jwks", (PyCFunction)(void (*)(void))keyset_to_jwks, METH_VARARGS | METH_KEYWORDS,
      "to_jwks($self, /, *, private=False)\n--\n\n"
      "The set as the text of a JWK Set; without private=True secrets are left out." },
    { NULL, NULL, 0, NULL },
};

static const PyGetSetDef keyset_getset[] = {
    { "skipped", keyset_skipped, NULL,
      "Pairs of place and error: keys of the set that cannot be used.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static const PyType_Slot keyset_slots[] = {
    { Py_tp_doc,
      (void *)"KeySet(keys, /, *, alg=None, passphrase=None, allow_short=False)\n--\n\n"
              "Keys that may verify a token: a JWK Set, one key in any format, or Key objects." },
    { Py_tp_new, keyset_new },
    { Py_tp_dealloc, keyset_dealloc },
    { Py_tp_repr, keyset_repr },
    { Py_tp_methods, (void *)keyset_methods },
    { Py_tp_getset, (void *)keyset_getset },
    { Py_sq_length, keyset_length },
    { Py_sq_item, keyset_item },
    { 0, NULL },
};

static const PyType_Spec keyset_spec = {
    .name = "lanyard.KeySet",
    .basicsize = sizeof(core_keyset),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = (PyType_Slot *)keyset_slots,
};

int core_keyset_init(PyObject *module, core_state *state)
{
    state->keyset = core_type_add(module, &keyset_spec);
    return state->keyset ? 0 : -1;
}
