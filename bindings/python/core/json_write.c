/* json_write.c - claims of plain types as JSON, byte for byte as Python's json module writes them
 * with separators=(",", ":").
 *
 * Whatever is not plain (subclasses, text outside printable ASCII, numbers that are none, values
 * deep inside each other) is left to Python: *is_plain becomes false.
 */
#include "core.h"

#define WRITE_DEPTH_MAX 16

typedef struct write_job {
    lanyard_buf *out;
    bool is_plain;
    int depth;
} write_job;

static void write_value(write_job *job, PyObject *value);

static void write_add(write_job *job, const char *text, size_t len)
{
    if (job->is_plain && lanyard_buf_add(job->out, text, len) != LANYARD_OK)
        job->is_plain = false;
}

static bool write_is_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
            return false;
    }
    return true;
}

static void write_str(write_job *job, PyObject *value)
{
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(value, &len);

    if (!text)
        PyErr_Clear();
    if (!text || !write_is_printable(text, (size_t)len)) {
        job->is_plain = false;
        return;
    }
    write_add(job, "\"", 1);
    write_add(job, text, (size_t)len);
    write_add(job, "\"", 1);
}

/* repr() of an int or a float. */
static void write_repr(write_job *job, PyObject *value)
{
    PyObject *repr = PyObject_Repr(value);
    Py_ssize_t len = 0;
    const char *text = repr ? PyUnicode_AsUTF8AndSize(repr, &len) : NULL;

    if (!text)
        PyErr_Clear();
    if (!text || strpbrk(text, "n")) /* nan, inf */
        job->is_plain = false;
    else
        write_add(job, text, (size_t)len);
    Py_XDECREF(repr);
}

static void write_int(write_job *job, PyObject *value)
{
    char digits[24];
    size_t at = sizeof digits;
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    unsigned long long rest = (unsigned long long)number;

    if (overflow || number < 0) {
        write_repr(job, value);
        return;
    }
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    write_add(job, digits + at, sizeof digits - at);
}

static void write_items(write_job *job, PyObject *sequence)
{
    Py_ssize_t count = PySequence_Size(sequence);

    write_add(job, "[", 1);
    for (Py_ssize_t i = 0; i < count && job->is_plain; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);

        if (i)
            write_add(job, ",", 1);
        write_value(job, item);
        Py_XDECREF(item);
    }
    write_add(job, "]", 1);
}

static void write_members(write_job *job, PyObject *dict)
{
    PyObject *name, *value;
    Py_ssize_t at = 0;
    bool is_first = true;

    write_add(job, "{", 1);
    while (job->is_plain && PyDict_Next(dict, &at, &name, &value)) {
        if (!is_first)
            write_add(job, ",", 1);
        is_first = false;
        if (Py_TYPE(name) != &PyUnicode_Type) {
            job->is_plain = false;
            return;
        }
        write_str(job, name);
        write_add(job, ":", 1);
        write_value(job, value);
    }
    write_add(job, "}", 1);
}

static void write_container(write_job *job, PyObject *value, void (*write)(write_job *, PyObject *))
{
    if (++job->depth > WRITE_DEPTH_MAX)
        job->is_plain = false;
    else
        write(job, value);
    job->depth--;
}

static void write_value(write_job *job, PyObject *value)
{
    PyTypeObject *type = value ? Py_TYPE(value) : NULL;

    if (type == &PyUnicode_Type)
        write_str(job, value);
    else if (type == &PyLong_Type)
        write_int(job, value);
    else if (value == Py_True)
        write_add(job, "true", 4);
    else if (value == Py_False)
        write_add(job, "false", 5);
    else if (value == Py_None)
        write_add(job, "null", 4);
    else if (type == &PyFloat_Type)
        write_repr(job, value);
    else if (type == &PyDict_Type)
        write_container(job, value, write_members);
    else if (type == &PyList_Type || type == &PyTuple_Type)
        write_container(job, value, write_items);
    else
        job->is_plain = false;
}

/* PyJWT, 2.11: "iss" must be a string. */
static bool write_iss_is_str(PyObject *claims)
{
    PyObject *iss = PyDict_GetItemString(claims, "iss");

    return !iss || PyUnicode_Check(iss);
}

bool core_json_write(PyObject *claims, lanyard_buf *out)
{
    write_job job = { .out = out, .is_plain = true };

    if (!PyDict_CheckExact(claims) || !write_iss_is_str(claims))
        return false;
    write_value(&job, claims);
    return job.is_plain;
}
