/* core.h - what the files of lanyard._core share: the module's state, and conversions.
 *
 * Everything the module keeps hangs on its state: it has no static variables but constant tables
 * and the module definition, and may be loaded in any number of interpreters. It uses only the
 * limited API of CPython 3.11, so that one build serves 3.11 and all later ones.
 */
#ifndef LANYARD_PYTHON_CORE_H
#define LANYARD_PYTHON_CORE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdbool.h>
#include <string.h>
#include <lanyard.h>

#define CORE_WORKERS 16 /* idle workers kept for the next calls */
#define CORE_CLASSES 5  /* thousands of a status */

typedef struct core_state {
    PyTypeObject *key;
    PyTypeObject *keyset;
    PyTypeObject *policy;
    PyTypeObject *verifier;
    PyTypeObject *token;
    PyTypeObject *issuer;
    PyTypeObject *jws;
    PyObject *classes[CORE_CLASSES]; /* by thousands; [0] is the base of all */
    PyObject *errors;                /* dict: number of a status -> its exception class */
    PyObject *dump;                  /* lanyard._claims.dump, once it was needed */
    lanyard_worker *idle[CORE_WORKERS];
    size_t idle_count;
} core_state;

typedef struct core_key {
    PyObject_HEAD lanyard_key *key;
} core_key;

typedef struct core_keyset {
    PyObject_HEAD lanyard_keyset *keys;
    bool is_slow; /* some key is asymmetric: let other threads run meanwhile */
} core_keyset;

typedef struct core_policy {
    PyObject_HEAD lanyard_policy *policy;
} core_policy;

/* Bytes of an argument: of a str its UTF-8, of anything else a copy in bytes. */
typedef struct core_text {
    const char *ptr;
    size_t len;
    PyObject *owner; /* a reference */
} core_text;

core_state *core_state_of(PyObject *module);
core_state *core_state_of_self(PyObject *self);

/* errors.c */
int core_errors_init(PyObject *module, core_state *state);
/* Sets the exception of that status and returns NULL. */
PyObject *core_raise(core_state *state, lanyard_status status, const lanyard_error *err);
/* The exception as an object, not set: a new reference or NULL. */
PyObject *core_error_new(core_state *state, lanyard_status status, const lanyard_error *err);

/* convert.c. 0, or -1 with an exception set. */
int core_text_of(PyObject *arg, const char *what, core_text *text);
void core_text_done(core_text *text);
/* A str without NUL, or None for NULL; borrowed from arg. */
int core_name_of(PyObject *arg, const char *what, const char **name);
/* Whole seconds of an int, float or timedelta, from least on; None gives 0. Where the engine reads
 * 0 as "not asked for", least is 1, so that no duration that somebody gave can mean that. */
int core_seconds_of(PyObject *arg, const char *what, uint32_t least, uint32_t *seconds);
/* The time of None (time.time()), an int, a float or an aware datetime. */
int core_now_of(PyObject *arg, int64_t *now);
/* A NULL-terminated list of one str or an iterable of them; None gives NULL. The names borrow
 * from *owner, a tuple; both are given back with core_list_done(). */
int core_list_of(PyObject *arg, const char *what, PyObject **owner, const char ***list);
void core_list_done(PyObject *owner, const char **list);
PyObject *core_str_of(lanyard_str text);
PyObject *core_buf_bytes(lanyard_buf *buf); /* takes what is in buf */
PyObject *core_buf_str(lanyard_buf *buf);   /* likewise */
/* A JSON value as Python's json module gives it; NULL without an exception when the two may
 * differ (a float that is infinite, an integer too long). */
PyObject *core_value_of(const lanyard_value *value);
/* The same for a text; NULL without an exception when the strict reader refuses it. */
PyObject *core_json_of(const char *text, size_t len);
/* What core_json_of() leaves to Python: json.loads(text). */
PyObject *core_json_loads_in_python(lanyard_str text);

/* json_write.c: appends the claims; false, without an exception, when Python must write them. */
bool core_json_write(PyObject *claims, lanyard_buf *out);

/* workers.c: a worker for one call; NULL is one too. */
lanyard_worker *core_worker_take(core_state *state);
void core_worker_give(core_state *state, lanyard_worker *worker);
void core_workers_done(core_state *state);

/* One for each type: adds it to the module. */
int core_key_init(PyObject *module, core_state *state);
int core_keyset_init(PyObject *module, core_state *state);
int core_policy_init(PyObject *module, core_state *state);
int core_verifier_init(PyObject *module, core_state *state);
int core_token_init(PyObject *module, core_state *state);
int core_issuer_init(PyObject *module, core_state *state);
int core_jws_init(PyObject *module, core_state *state);
PyTypeObject *core_type_add(PyObject *module, const PyType_Spec *spec);

PyObject *core_key_wrap(core_state *state, lanyard_key *key); /* takes the reference */
PyObject *core_token_wrap(core_state *state, lanyard_token *token);
bool core_key_is_slow(const lanyard_key *key);
/* The key set of a KeySet, a Key, or anything that KeySet() takes; a reference to free. */
int core_keys_of(core_state *state, PyObject *arg, lanyard_keyset **keys, bool *is_slow);
void core_dealloc(PyObject *self); /* frees a type's instance after its fields */

/* Functions of the module. */
PyObject *core_sign_bytes(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *core_check_bytes(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *core_peek(PyObject *module, PyObject *token);
PyObject *core_algorithms(PyObject *module, PyObject *unused);
PyObject *core_json_loads(PyObject *module, PyObject *text);

#endif
