/* module.c - lanyard._core: the functions, and how the module comes and goes. */
#include "core.h"

core_state *core_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

core_state *core_state_of_self(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

void core_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    release(self);
    Py_DECREF(type);
}

PyTypeObject *core_type_add(PyObject *module, const PyType_Spec *spec)
{
    PyTypeObject *type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, (PyType_Spec *)spec, NULL);

    if (type && PyModule_AddType(module, type))
        Py_CLEAR(type);
    return type;
}

static const PyMethodDef module_methods[] = {
    { "sign_bytes", (PyCFunction)(void (*)(void))core_sign_bytes, METH_VARARGS | METH_KEYWORDS,
      "sign_bytes($module, key, alg, message, /)\n--\n\n"
      "A signature over bare bytes, without any header, in its JOSE form." },
    { "check_bytes", (PyCFunction)(void (*)(void))core_check_bytes, METH_VARARGS | METH_KEYWORDS,
      "check_bytes($module, key, alg, message, signature, /)\n--\n\n"
      "Whether the signature over bare bytes holds." },
    { "peek_parts", core_peek, METH_O,
      "peek_parts($module, token, /)\n--\n\n"
      "(header, claims or None, payload, signature) of a token; nothing of it is verified." },
    { "algorithm_rows", core_algorithms, METH_NOARGS,
      "algorithm_rows($module, /)\n--\n\n"
      "(name, kty, crv, standing, rfc, key_bits_min, signature_len, is_available) of each." },
    { "json_loads", core_json_loads, METH_O,
      "json_loads($module, text, /)\n--\n\n"
      "What json.loads gives, or None when the strict reader leaves the text to it." },
    { NULL, NULL, 0, NULL },
};

static int module_exec(PyObject *module)
{
    core_state *state = core_state_of(module);

    if (core_errors_init(module, state) || core_key_init(module, state) ||
        core_keyset_init(module, state) || core_policy_init(module, state) ||
        core_verifier_init(module, state) || core_token_init(module, state) ||
        core_issuer_init(module, state) || core_jws_init(module, state))
        return -1;
    return PyModule_AddStringConstant(module, "version", lanyard_version());
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    core_state *state = core_state_of(module);

    Py_VISIT(state->key);
    Py_VISIT(state->keyset);
    Py_VISIT(state->policy);
    Py_VISIT(state->verifier);
    Py_VISIT(state->token);
    Py_VISIT(state->issuer);
    Py_VISIT(state->jws);
    for (size_t i = 0; i < CORE_CLASSES; i++)
        Py_VISIT(state->classes[i]);
    Py_VISIT(state->errors);
    Py_VISIT(state->dump);
    return 0;
}

static int module_clear(PyObject *module)
{
    core_state *state = core_state_of(module);

    Py_CLEAR(state->key);
    Py_CLEAR(state->keyset);
    Py_CLEAR(state->policy);
    Py_CLEAR(state->verifier);
    Py_CLEAR(state->token);
    Py_CLEAR(state->issuer);
    Py_CLEAR(state->jws);
    for (size_t i = 0; i < CORE_CLASSES; i++)
        Py_CLEAR(state->classes[i]);
    Py_CLEAR(state->errors);
    Py_CLEAR(state->dump);
    core_workers_done(state);
    return 0;
}

static void module_free(void *module)
{
    module_clear(module);
}

static const PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, module_exec },
    { 0, NULL },
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "lanyard._core",
    .m_doc = "The engine: what lanyard and lanyard.jwt stand on.",
    .m_size = sizeof(core_state),
    .m_methods = (PyMethodDef *)module_methods,
    .m_slots = (PyModuleDef_Slot *)module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module_def);
}
