/* run_acvp.c - NIST's ACVP files of ML-DSA: blocks of lines "name = value" behind a blank line.
 *
 * Key generation: the seed makes that public key, and no other. Verification: the file is of the
 * internal interface, whose messages have no prefix for a context, so that JOSE's (FIPS 204, 5.3)
 * must refuse every one of its signatures, the good ones included.
 */
#include "support/support.h"

#define LINE_MAX_LEN 65536

/* One block: what was read last under each name. */
typedef struct block {
    char set[16];
    long id;
    lanyard_buf pk;
    lanyard_buf seed;
    lanyard_buf message;
    lanyard_buf signature;
} block;

typedef struct score {
    size_t count;
    size_t wrong;
} score;

static void block_init(block *self)
{
    *self =
        (block){ .pk = buf_new(), .seed = buf_new(), .message = buf_new(), .signature = buf_new() };
}

static void block_done(block *self)
{
    lanyard_buf_done(&self->pk);
    lanyard_buf_done(&self->seed);
    lanyard_buf_done(&self->message);
    lanyard_buf_done(&self->signature);
}

static void block_take(block *self, const char *name, const char *value)
{
    lanyard_buf *field = strcmp(name, "pk") == 0          ? &self->pk
                         : strcmp(name, "seed") == 0      ? &self->seed
                         : strcmp(name, "message") == 0   ? &self->message
                         : strcmp(name, "signature") == 0 ? &self->signature
                                                          : NULL;

    if (strcmp(name, "parameterSet") == 0)
        snprintf(self->set, sizeof self->set, "%s", value);
    if (strcmp(name, "tcId") == 0)
        self->id = strtol(value, NULL, 10);
    if (field) {
        lanyard_buf_cut(field, 0);
        buf_put_hex(field, lanyard_str_of(value));
    }
}

static lanyard_status block_key(const block *self, lanyard_key **key)
{
    lanyard_buf jwk = buf_new();
    lanyard_error err = { 0 };

    buf_put_text(&jwk, "{\"kty\":\"AKP\",\"alg\":\"");
    buf_put_text(&jwk, self->set);
    buf_put_text(&jwk, "\",\"pub\":\"");
    buf_put_base64url(&jwk, buf_bytes(&self->pk));
    if (self->seed.len > 0) {
        buf_put_text(&jwk, "\",\"priv\":\"");
        buf_put_base64url(&jwk, buf_bytes(&self->seed));
    }
    buf_put_text(&jwk, "\"}");

    lanyard_status status = lanyard_key_read(jwk.ptr, jwk.len, NULL, NULL, key, &err);

    lanyard_buf_done(&jwk);
    return status;
}

/* The pair is read; with one bit of the seed changed it is refused. */
static bool generation_holds(block *self)
{
    lanyard_key *key = NULL;
    bool holds = block_key(self, &key) == LANYARD_OK && lanyard_key_is_private(key);

    lanyard_key_free(key);
    key = NULL;
    self->seed.ptr[0] = (char)(self->seed.ptr[0] ^ 1);
    holds = holds && block_key(self, &key) == LANYARD_E_KEY_INVALID;
    self->seed.ptr[0] = (char)(self->seed.ptr[0] ^ 1);
    return holds;
}

static bool verification_holds(block *self)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    bool holds =
        block_key(self, &key) == LANYARD_OK &&
        lanyard_check_bytes(key, self->set, buf_bytes(&self->message), buf_bytes(&self->signature),
                            NULL, &err) == LANYARD_E_SIGNATURE;

    lanyard_key_free(key);
    return holds;
}

static void block_judge(block *self, bool (*holds)(block *self), score *result)
{
    if (self->id == 0)
        return;
    result->count++;
    if (!holds(self)) {
        result->wrong++;
        printf("# %s: case %ld\n", self->set, self->id);
    }
    self->id = 0;
}

static void file_walk(FILE *file, bool (*holds)(block *self), score *result)
{
    static char line[LINE_MAX_LEN];
    block self;

    block_init(&self);
    while (fgets(line, sizeof line, file)) {
        char *equals = strstr(line, " = ");

        line[strcspn(line, "\r\n")] = '\0';
        if (!*line)
            block_judge(&self, holds, result);
        if (!equals)
            continue;
        *equals = '\0';
        block_take(&self, line, equals + 3);
    }
    block_judge(&self, holds, result);
    block_done(&self);
}

static void file_run(const char *file, size_t count, bool (*holds)(block *self))
{
    char path[1024];
    char name[96];
    score result = { 0 };

    snprintf(path, sizeof path, "%s/acvp-mldsa/%s", vectors_folder(), file);
    snprintf(name, sizeof name, "%s: %zu cases", file, count);

    FILE *opened = lanyard_alg_is_available("ML-DSA-44") ? fopen(path, "r") : NULL;

    if (!opened) {
        tap_skip(name, "the file is not here, or this libcrypto has no ML-DSA");
        return;
    }
    file_walk(opened, holds, &result);
    fclose(opened);
    tap_ok(result.wrong == 0 && result.count == count, name, "another verdict, or another number");
}

int main(void)
{
    file_run("ML-DSA-keyGen.txt", 75, generation_holds);
    file_run("ML-DSA-sigVer.txt", 45, verification_holds);
    return tap_done();
}
