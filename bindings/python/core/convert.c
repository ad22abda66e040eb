/* convert.c - Python's values to the engine's, and back. */
#include "core.h"

int core_text_of(PyObject *arg, const char *what, core_text *text)
{
    Py_ssize_t len = 0;
    char *bytes = NULL;

    *text = (core_text){ 0 };
    if (PyUnicode_Check(arg)) {
        text->ptr = PyUnicode_AsUTF8AndSize(arg, &len);
        text->owner = Py_NewRef(arg);
    } else if (PyBytes_Check(arg)) {
        text->owner = Py_NewRef(arg);
    } else if (PyObject_CheckBuffer(arg)) {
        text->owner = PyBytes_FromObject(arg);
    } else {
        PyErr_Format(PyExc_TypeError, "%s must be str or bytes, not %R", what, Py_TYPE(arg));
    }
    if (text->owner && !text->ptr && !PyErr_Occurred() &&
        PyBytes_AsStringAndSize(text->owner, &bytes, &len) == 0)
        text->ptr = bytes;
    if (!text->ptr) {
        core_text_done(text);
        return -1;
    }
    text->len = (size_t)len;
    return 0;
}

void core_text_done(core_text *text)
{
    Py_CLEAR(text->owner);
}

int core_name_of(PyObject *arg, const char *what, const char **name)
{
    Py_ssize_t len;
    const char *text;

    *name = NULL;
    if (!arg || arg == Py_None)
        return 0;
    if (!PyUnicode_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "%s must be str or None, not %R", what, Py_TYPE(arg));
        return -1;
    }
    text = PyUnicode_AsUTF8AndSize(arg, &len);
    if (!text)
        return -1;
    if (memchr(text, 0, (size_t)len)) {
        PyErr_Format(PyExc_ValueError, "%s holds a NUL", what);
        return -1;
    }
    *name = text;
    return 0;
}

/* A number of arg, or of what its method gives. */
static double convert_number(PyObject *arg, const char *what, const char *method)
{
    PyObject *number = NULL;
    double seconds;

    if (PyLong_Check(arg) || PyFloat_Check(arg))
        return PyFloat_AsDouble(arg);
    if (PyObject_HasAttrString(arg, method))
        number = PyObject_CallMethod(arg, method, NULL);
    else
        PyErr_Format(PyExc_TypeError, "%s cannot be %R", what, Py_TYPE(arg));
    if (!number)
        return -1;
    seconds = PyFloat_AsDouble(number);
    Py_DECREF(number);
    return seconds;
}

int core_seconds_of(PyObject *arg, const char *what, uint32_t least, uint32_t *seconds)
{
    double number;

    *seconds = 0;
    if (!arg || arg == Py_None)
        return 0;
    number = convert_number(arg, what, "total_seconds");
    if (PyErr_Occurred())
        return -1;
    if (!(number >= least && number <= (double)UINT32_MAX) || number != (uint32_t)number) {
        PyErr_Format(PyExc_ValueError, "%s must be whole seconds, from %u to 4294967295", what,
                     (unsigned)least);
        return -1;
    }
    *seconds = (uint32_t)number;
    return 0;
}

/* A naive datetime is nobody's time in particular. */
static int convert_check_aware(PyObject *arg)
{
    PyObject *offset;
    int is_naive;

    if (!PyObject_HasAttrString(arg, "utcoffset"))
        return 0;
    offset = PyObject_CallMethod(arg, "utcoffset", NULL);
    if (!offset)
        return -1;
    is_naive = offset == Py_None;
    Py_DECREF(offset);
    if (is_naive)
        PyErr_SetString(PyExc_ValueError, "now is a datetime without a time zone");
    return is_naive ? -1 : 0;
}

/* time.time() is looked up each time, so that who replaces it moves us too. */
static double convert_clock(void)
{
    PyObject *module = PyImport_ImportModule("time");
    PyObject *number = module ? PyObject_CallMethod(module, "time", NULL) : NULL;
    double seconds = number ? PyFloat_AsDouble(number) : -1;

    Py_XDECREF(number);
    Py_XDECREF(module);
    return seconds;
}

int core_now_of(PyObject *arg, int64_t *now)
{
    double seconds;

    if (!arg || arg == Py_None) {
        seconds = convert_clock();
    } else {
        if (convert_check_aware(arg))
            return -1;
        seconds = convert_number(arg, "now", "timestamp");
    }
    if (PyErr_Occurred())
        return -1;
    if (!(seconds > -9e15 && seconds < 9e15)) {
        PyErr_SetString(PyExc_ValueError, "now is out of range");
        return -1;
    }
    *now = (int64_t)seconds - (seconds < (double)(int64_t)seconds);
    return 0;
}

static int convert_list_fill(PyObject *tuple, const char *what, const char **names)
{
    Py_ssize_t count = PyTuple_Size(tuple);

    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GetItem(tuple, i);

        if (item == Py_None)
            PyErr_Format(PyExc_TypeError, "%s holds None", what);
        if (PyErr_Occurred() || core_name_of(item, what, &names[i]))
            return -1;
    }
    return 0;
}

int core_list_of(PyObject *arg, const char *what, PyObject **owner, const char ***list)
{
    PyObject *tuple;
    const char **names;

    *owner = NULL;
    *list = NULL;
    if (!arg || arg == Py_None)
        return 0;
    tuple = PyUnicode_Check(arg) ? PyTuple_Pack(1, arg) : PySequence_Tuple(arg);
    if (!tuple)
        return -1;
    names = PyMem_Calloc((size_t)PyTuple_Size(tuple) + 1, sizeof *names);
    if (!names)
        PyErr_NoMemory();
    if (!names || convert_list_fill(tuple, what, names)) {
        core_list_done(tuple, names);
        return -1;
    }
    *owner = tuple;
    *list = names;
    return 0;
}

void core_list_done(PyObject *owner, const char **list)
{
    PyMem_Free((void *)list);
    Py_XDECREF(owner);
}

PyObject *core_str_of(lanyard_str text)
{
    return PyUnicode_DecodeUTF8(text.len ? text.ptr : "", (Py_ssize_t)text.len, NULL);
}

PyObject *core_buf_bytes(lanyard_buf *buf)
{
    PyObject *bytes = PyBytes_FromStringAndSize(buf->ptr, (Py_ssize_t)buf->len);

    lanyard_buf_done(buf);
    return bytes;
}

PyObject *core_buf_str(lanyard_buf *buf)
{
    PyObject *text = core_str_of((lanyard_str){ buf->ptr, buf->len });

    lanyard_buf_done(buf);
    return text;
}
