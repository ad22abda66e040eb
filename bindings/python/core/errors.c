/* errors.c - the exceptions: one class a status, made from LANYARD_STATUS_MAP.
 *
 *   Error
 *     MalformedToken       1xxx   TokenLengthError, JsonSyntaxError, ...
 *     PolicyRefusal        2xxx   ExpiredError, AudienceError, ...
 *     CryptographyRefusal  3xxx   SignatureError
 *     CallerError          4xxx   KeyFormatError, PolicyError, ...
 */
#include "core.h"

typedef struct errors_class {
    const char *name;
    const char *doc;
} errors_class;

static const errors_class errors_classes[CORE_CLASSES] = {
    { "lanyard.errors.Error", "What lanyard refuses, and why: see code, where and offset." },
    { "lanyard.errors.MalformedToken", "This is not a token, or not text that may be read." },
    { "lanyard.errors.PolicyRefusal", "A token, but not one to accept." },
    { "lanyard.errors.CryptographyRefusal", "The signature does not hold. Carries no detail." },
    { "lanyard.errors.CallerError", "A mistake of the caller, or trouble of the machine." },
};

/* "E_KEY_NOT_FOUND" to "lanyard.errors.KeyNotFoundError". */
static void errors_name(const char *status, char *name, size_t size)
{
    static const char prefix[] = "lanyard.errors.";
    static const char suffix[] = "Error";
    size_t len = sizeof prefix - 1;
    bool is_start = true;

    memcpy(name, prefix, len);
    for (const char *at = status + 2; *at && len + sizeof suffix < size; at++) {
        if (*at == '_') {
            is_start = true;
            continue;
        }
        name[len++] = is_start || *at < 'A' ? *at : (char)(*at - 'A' + 'a');
        is_start = *at < 'A';
    }
    memcpy(name + len, suffix, sizeof suffix);
}

static PyObject *errors_attributes(lanyard_status status)
{
    const char *bearer = lanyard_status_bearer(status);

    return Py_BuildValue("{s:s,s:i,s:i,s:z,s:s,s:i,s:i,s:i,s:()}", "code",
                         lanyard_status_name(status), "number", (int)status, "http",
                         lanyard_status_http(status), "bearer", bearer, "where", "", "offset", 0,
                         "value", 0, "failed", 0, "failed_claims");
}

static int errors_add(PyObject *module, PyObject *type, const char *name)
{
    return PyModule_AddObjectRef(module, strrchr(name, '.') + 1, type);
}

static int errors_add_status(PyObject *module, core_state *state, lanyard_status status)
{
    char name[96];
    PyObject *attributes = errors_attributes(status);
    PyObject *number = PyLong_FromLong((long)status);
    PyObject *type = NULL;
    int result = -1;

    errors_name(lanyard_status_name(status), name, sizeof name);
    if (attributes && number)
        type = PyErr_NewExceptionWithDoc(name, lanyard_status_text(status),
                                         state->classes[status / 1000], attributes);
    if (type && PyDict_SetItem(state->errors, number, type) == 0)
        result = errors_add(module, type, name);
    Py_XDECREF(type);
    Py_XDECREF(number);
    Py_XDECREF(attributes);
    return result;
}

static int errors_add_classes(PyObject *module, core_state *state)
{
    PyObject *attributes = Py_BuildValue("{s:s,s:i,s:i,s:z,s:s,s:i,s:i,s:i,s:()}", "code", "", //
                                         "number", 0, "http", 500, "bearer", NULL, "where", "",
                                         "offset", 0, "value", 0, "failed", 0, "failed_claims");

    if (!attributes)
        return -1;
    for (size_t i = 0; i < CORE_CLASSES; i++) {
        state->classes[i] =
            PyErr_NewExceptionWithDoc(errors_classes[i].name, errors_classes[i].doc,
                                      i ? state->classes[0] : NULL, i ? NULL : attributes);
        if (!state->classes[i] || errors_add(module, state->classes[i], errors_classes[i].name)) {
            Py_DECREF(attributes);
            return -1;
        }
    }
    Py_DECREF(attributes);
    return 0;
}

int core_errors_init(PyObject *module, core_state *state)
{
    lanyard_status status;

    state->errors = PyDict_New();
    if (!state->errors || errors_add_classes(module, state))
        return -1;
    for (size_t i = 1; (status = lanyard_status_at(i)) != LANYARD_OK; i++) {
        if (errors_add_status(module, state, status))
            return -1;
    }
    return PyModule_AddObjectRef(module, "errors_by_number", state->errors);
}

typedef struct errors_bit {
    uint32_t bit;
    const char *name;
} errors_bit;

static const errors_bit errors_bits[] = {
    { LANYARD_FAILED_TYP, "typ" },         { LANYARD_FAILED_EXP, "exp" },
    { LANYARD_FAILED_NBF, "nbf" },         { LANYARD_FAILED_IAT, "iat" },
    { LANYARD_FAILED_MAX_AGE, "max_age" }, { LANYARD_FAILED_ISS, "iss" },
    { LANYARD_FAILED_AUD, "aud" },         { LANYARD_FAILED_SUB, "sub" },
    { LANYARD_FAILED_JTI, "jti" },         { LANYARD_FAILED_REQUIRED, "required" },
};

/* The names of the bits, as a tuple. */
static PyObject *errors_failed(uint32_t failed)
{
    PyObject *names = PyList_New(0);
    PyObject *tuple;

    for (size_t i = 0; names && i < sizeof errors_bits / sizeof *errors_bits; i++) {
        PyObject *name;

        if (!(failed & errors_bits[i].bit))
            continue;
        name = PyUnicode_FromString(errors_bits[i].name);
        if (!name || PyList_Append(names, name))
            Py_CLEAR(names);
        Py_XDECREF(name);
    }
    tuple = names ? PyList_AsTuple(names) : NULL;
    Py_XDECREF(names);
    return tuple;
}

static int errors_set(PyObject *error, const char *name, PyObject *value)
{
    int result = value ? PyObject_SetAttrString(error, name, value) : -1;

    Py_XDECREF(value);
    return result;
}

static int errors_fill(PyObject *error, const lanyard_error *err)
{
    if (err->status == LANYARD_OK)
        return 0;
    if (errors_set(error, "where", PyUnicode_FromString(err->where)) ||
        errors_set(error, "offset", PyLong_FromSize_t(err->offset)) ||
        errors_set(error, "value", PyLong_FromLongLong(err->value)) ||
        errors_set(error, "failed", PyLong_FromUnsignedLong(err->failed)) ||
        errors_set(error, "failed_claims", errors_failed(err->failed)))
        return -1;
    return 0;
}

PyObject *core_error_new(core_state *state, lanyard_status status, const lanyard_error *err)
{
    PyObject *number = PyLong_FromLong((long)status);
    PyObject *type = number ? PyDict_GetItemWithError(state->errors, number) : NULL;
    PyObject *text;
    PyObject *error;

    Py_XDECREF(number);
    if (PyErr_Occurred())
        return NULL;
    text = err->status != LANYARD_OK && *err->detail &&
                   strcmp(err->detail, lanyard_status_text(status)) != 0
               ? PyUnicode_FromFormat("%s: %s", lanyard_status_text(status), err->detail)
               : PyUnicode_FromString(lanyard_status_text(status));
    error = text ? PyObject_CallFunctionObjArgs(type ? type : state->classes[0], text, NULL) : NULL;
    Py_XDECREF(text);
    if (error && errors_fill(error, err))
        Py_CLEAR(error);
    return error;
}

PyObject *core_raise(core_state *state, lanyard_status status, const lanyard_error *err)
{
    PyObject *error;

    if (status == LANYARD_E_NO_MEMORY)
        return PyErr_NoMemory();
    error = core_error_new(state, status, err);
    if (error)
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_XDECREF(error);
    return NULL;
}
