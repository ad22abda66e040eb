/* run_attacks.c - runs the attack cases: run_attacks [FILE.json]..., all files by default.
 *
 * Every case differs from an accepted one in one field and asserts the status. The language of the
 * cases stands in attacks.h, what every case is judged by in paths.c and scan.c.
 */
#include <glob.h>
#include <openssl/err.h>
#include "attacks/attacks.h"

/* Members of a case that say something about it, and change nothing. */
static const char *const telling[] = { "id",     "why",    "source", "base",   "kind", "vary",
                                       "values", "expect", "where",  "offset", "also", "skipped" };

static bool is_telling(lanyard_str name)
{
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (str_is(name, telling[i]))
            return true;
    return false;
}

/* How many fields a case changes: one, or those that "also" gives a reason for. */
static const char *case_shape(const attack *self)
{
    size_t changes = self->varied_name.len > 0;
    size_t cursor = 0;
    lanyard_value member;

    if (self->base.type != LANYARD_JSON_OBJECT)
        return NULL;
    while (lanyard_value_next(&self->own, &cursor, &member))
        changes += !is_telling(member.name);
    if (changes == 1 || (changes > 1 && json_str(&self->own, "also").len > 0))
        return NULL;
    return "a case must differ from its base in one field";
}

static const char *case_verify(const attack *self)
{
    secrets hidden = { .count = 0 };
    lanyard_policy *policy = NULL;
    lanyard_keyset *keys = NULL;
    lanyard_buf token = buf_new();
    lanyard_error err = { 0 };
    lanyard_value value;
    lanyard_value rules;
    lanyard_value now;
    int64_t seconds = 0;
    static char why[160];
    const char *trouble = why;

    if (!attack_field(self, "now", &now) || lanyard_value_int(&now, &seconds) != LANYARD_OK)
        die("a case without now", self->own.json);
    if (!attack_field(self, "policy", &rules) || policy_make(&rules, &policy, &err) != LANYARD_OK)
        snprintf(why, sizeof why, "the policy: %s", err.detail);
    else if (!attack_field(self, "keys", &value) ||
             keyset_make(&value, &keys, &hidden, &err) != LANYARD_OK)
        snprintf(why, sizeof why, "the keys: %s", err.detail);
    else
        trouble = NULL;
    if (!trouble) {
        recipe_token(self, &token, &hidden);
        secrets_expect(&hidden, &rules, buf_str(&token));
        trouble = verify_everywhere(self, policy, keys, buf_str(&token), seconds, &hidden);
    }
    lanyard_buf_done(&token);
    lanyard_keyset_free(keys);
    lanyard_policy_free(policy);
    secrets_done(&hidden);
    return trouble;
}

/* A call that makes something: its status, its message, and nothing handed out on failure. */
static const char *case_made(const attack *self, lanyard_status status, bool is_untouched,
                             const lanyard_error *err, const secrets *hidden)
{
    const char *why = expect_error(self, status, err);

    if (!why && status != LANYARD_OK)
        why = is_untouched ? scan_error(err, hidden) : "something was handed out";
    return !why && ERR_peek_error() != 0 ? "libcrypto's queue of errors is not empty" : why;
}

static const char *case_key(const attack *self)
{
    secrets hidden = { .count = 0 };
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    lanyard_value entry;

    if (!attack_field(self, "key", &entry))
        die("a case without key", self->own.json);

    lanyard_status status = key_make(&entry, &key, &hidden, &err);
    const char *why = case_made(self, status, key == NULL, &err, &hidden);

    lanyard_key_free(key);
    secrets_done(&hidden);
    return why;
}

static const char *case_keyset(const attack *self)
{
    secrets hidden = { .count = 0 };
    lanyard_keyset *keys = NULL;
    lanyard_error err = { 0 };
    lanyard_value entry;
    int64_t skipped = json_int(&self->own, "skipped", -1);
    int64_t count = 0;

    if (!attack_field(self, "keys", &entry))
        die("a case without keys", self->own.json);

    lanyard_status status = keyset_make(&entry, &keys, &hidden, &err);
    const char *why = case_made(self, status, keys == NULL, &err, &hidden);

    while (!why && keys && lanyard_keyset_skipped(keys, (size_t)count, NULL, &err)) {
        why = scan_error(&err, &hidden);
        count++;
    }
    if (!why && skipped >= 0 && skipped != count)
        why = "another number of keys was skipped";
    lanyard_keyset_free(keys);
    secrets_done(&hidden);
    return why;
}

static const char *case_policy(const attack *self)
{
    secrets hidden = { .count = 0 };
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };
    lanyard_value value;

    if (!attack_field(self, "policy", &value))
        die("a case without policy", self->own.json);

    lanyard_status status = policy_make(&value, &policy, &err);
    const char *why = case_made(self, status, policy == NULL, &err, &hidden);

    lanyard_policy_free(policy);
    return why;
}

static size_t api_run;

static const char *case_api(const attack *self)
{
    api_case function = api_find(json_str(&self->own, "id"));

    if (!function)
        return "no such function in api.c";
    api_run++;
    return function();
}

typedef struct kind_row {
    const char *name;
    const char *(*run)(const attack *self);
} kind_row;

static const kind_row kinds[] = {
    { "", case_verify },       { "verify", case_verify }, { "key", case_key },
    { "keyset", case_keyset }, { "policy", case_policy }, { "api", case_api },
};

static void case_run(const attack *self)
{
    lanyard_str kind =
        json_str(self->base.type == LANYARD_JSON_OBJECT ? &self->base : &self->own, "kind");
    const char *why = case_shape(self);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !why; i++)
        if (str_is(kind, kinds[i].name)) {
            why = kinds[i].run(self);
            tap_ok(!why, self->name, why);
            return;
        }
    tap_ok(false, self->name, why ? why : "no such kind of case");
}

static lanyard_value case_base(const lanyard_value *cases, const lanyard_value *own)
{
    lanyard_str name = json_str(own, "base");
    lanyard_value item = { .type = LANYARD_JSON_NULL };
    size_t cursor = 0;

    if (name.len == 0)
        return item;
    while (lanyard_value_next(cases, &cursor, &item))
        if (lanyard_str_equal(json_str(&item, "id"), name))
            return item;
    die("no such base", name);
}

/* A case once, or once for each of its values. */
static void case_run_all(const lanyard_value *cases, const lanyard_value *own)
{
    lanyard_str id = json_str(own, "id");
    attack self = { .own = *own,
                    .base = case_base(cases, own),
                    .varied_name = json_str(own, "vary") };
    lanyard_value values;
    size_t cursor = 0;

    snprintf(self.name, sizeof self.name, "%.*s", (int)id.len, id.ptr);
    if (self.varied_name.len == 0) {
        case_run(&self);
        return;
    }
    values = json_need(own, "values");
    for (int i = 1; lanyard_value_next(&values, &cursor, &self.varied); i++) {
        snprintf(self.name, sizeof self.name, "%.*s, value %d", (int)id.len, id.ptr, i);
        case_run(&self);
    }
}

static void file_run(const char *path)
{
    lanyard_json *json = json_file(path);
    lanyard_value root = lanyard_json_root(json);
    lanyard_value cases = json_need(&root, "cases");
    lanyard_value item;
    size_t cursor = 0;

    while (lanyard_value_next(&cases, &cursor, &item))
        case_run_all(&cases, &item);
    lanyard_json_free(json);
}

int main(int argc, char **argv)
{
    glob_t files = { 0 };

    setvbuf(stdout, NULL, _IOLBF, 0);
    keys_file_open("tests/attacks/keys.json");
    for (int i = 1; i < argc; i++)
        file_run(argv[i]);
    if (argc == 1 && glob("tests/attacks/[A-Z]_*.json", 0, NULL, &files) == 0) {
        for (size_t i = 0; i < files.gl_pathc; i++)
            file_run(files.gl_pathv[i]);
        tap_ok(api_run == api_count(), "every function of api.c is a case", NULL);
    }
    globfree(&files);
    keys_forget();
    keys_file_close();
    return tap_done();
}
