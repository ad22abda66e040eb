/* json.c - JSON, read by the engine's strict reader, as Python's json module gives it. */
#include "core.h"

#define JSON_INT_LEN_MAX 64 /* longer integers are left to json.loads */

static PyObject *json_number(const lanyard_value *value)
{
    char text[JSON_INT_LEN_MAX + 1];
    int64_t number;
    double real;

    if (memchr(value->json.ptr, '.', value->json.len) ||
        memchr(value->json.ptr, 'e', value->json.len) ||
        memchr(value->json.ptr, 'E', value->json.len))
        return lanyard_value_num(value, &real) == LANYARD_OK ? PyFloat_FromDouble(real) : NULL;
    if (lanyard_value_int(value, &number) == LANYARD_OK)
        return PyLong_FromLongLong(number);
    if (value->json.len > JSON_INT_LEN_MAX)
        return NULL;
    memcpy(text, value->json.ptr, value->json.len);
    text[value->json.len] = 0;
    return PyLong_FromString(text, NULL, 10);
}

static PyObject *json_array(const lanyard_value *value)
{
    PyObject *list = PyList_New((Py_ssize_t)value->count);
    lanyard_value item;
    size_t cursor = 0;

    for (Py_ssize_t i = 0; list && lanyard_value_next(value, &cursor, &item); i++) {
        PyObject *object = core_value_of(&item);

        /* The list owns the object from here. */
        if (!object || PyList_SetItem(list, i, object))
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *json_object(const lanyard_value *value)
{
    PyObject *dict = PyDict_New();
    lanyard_value item;
    size_t cursor = 0;

    while (dict && lanyard_value_next(value, &cursor, &item)) {
        PyObject *name = core_str_of(item.name);
        PyObject *object = name ? core_value_of(&item) : NULL;

        if (!object || PyDict_SetItem(dict, name, object))
            Py_CLEAR(dict);
        Py_XDECREF(object);
        Py_XDECREF(name);
    }
    return dict;
}

PyObject *core_value_of(const lanyard_value *value)
{
    switch (value->type) {
    case LANYARD_JSON_NULL:
        return Py_NewRef(Py_None);
    case LANYARD_JSON_FALSE:
        return Py_NewRef(Py_False);
    case LANYARD_JSON_TRUE:
        return Py_NewRef(Py_True);
    case LANYARD_JSON_NUMBER:
        return json_number(value);
    case LANYARD_JSON_STRING:
        return core_str_of(value->text);
    case LANYARD_JSON_ARRAY:
        return json_array(value);
    case LANYARD_JSON_OBJECT:
        return json_object(value);
    }
    return NULL;
}

PyObject *core_json_of(const char *text, size_t len)
{
    lanyard_json *json = NULL;
    PyObject *object = NULL;
    lanyard_value root;

    if (lanyard_json_read(text, len, NULL, NULL, &json, NULL) == LANYARD_OK) {
        root = lanyard_json_root(json);
        object = core_value_of(&root);
    }
    lanyard_json_free(json);
    return object;
}

PyObject *core_json_loads_in_python(lanyard_str text)
{
    PyObject *module = PyImport_ImportModule("json");
    PyObject *string = module ? core_str_of(text) : NULL;
    PyObject *object = string ? PyObject_CallMethod(module, "loads", "O", string) : NULL;

    Py_XDECREF(string);
    Py_XDECREF(module);
    return object;
}

/* json.loads, when the engine's reader takes the text; else None. */
PyObject *core_json_loads(PyObject *module, PyObject *text)
{
    core_text bytes;
    PyObject *object;

    (void)module;
    if (core_text_of(text, "text", &bytes))
        return NULL;
    object = core_json_of(bytes.ptr, bytes.len);
    core_text_done(&bytes);
    if (!object && !PyErr_Occurred())
        return Py_NewRef(Py_None);
    return object;
}
