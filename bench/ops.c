/* ops.c - the operations themselves: one call of each; see rows.h. */
#include "fail.h"
#include "rows.h"

#define TOKEN_MAX 16384u

/* A token not seen in this turn, every claim rule run, and freed again. */
static void op_verify(void *state, size_t turn)
{
    const bench_job *job = state;
    const bench_subject *subject = job->subject;
    const lanyard_buf *text = &subject->tokens[turn % BENCH_TOKENS];
    lanyard_token *token = NULL;
    lanyard_error err;

    bench_must(lanyard_verify(subject->policy, subject->keys, text->ptr, text->len, BENCH_NOW,
                              &job->mem, &token, &err),
               &err, "verifying");
    lanyard_token_free(token);
}

static bench_op op_verify_floor(const bench_floor *floor)
{
    return floor->verify;
}

/* Into a new buffer each time. */
static void op_sign(void *state, size_t turn)
{
    const bench_job *job = state;
    const lanyard_buf *claims = &job->subject->claims[turn % BENCH_TOKENS];
    lanyard_error err;
    lanyard_buf out;

    lanyard_buf_init(&out, &job->mem, TOKEN_MAX);
    bench_must(lanyard_issue(job->subject->issuer,
                             LANYARD_CLAIMS(.json = claims->ptr, .json_len = claims->len),
                             BENCH_NOW, job->worker, &out, &err),
               &err, "signing");
    lanyard_buf_done(&out);
}

static bench_op op_sign_floor(const bench_floor *floor)
{
    return floor->sign;
}

static void op_import(void *state, size_t turn)
{
    const bench_job *job = state;
    const bench_subject *subject = job->subject;
    lanyard_key *key = NULL;
    lanyard_error err;

    (void)turn;
    bench_must(lanyard_key_read(subject->import.ptr, subject->import.len,
                                LANYARD_KEY(.format = subject->import_format), &job->mem, &key,
                                &err),
               &err, "reading a key");
    lanyard_key_free(key);
}

static bench_op op_import_floor(const bench_floor *floor)
{
    return floor->import;
}

static const bench_kind ops[] = {
    { "verify", op_verify, op_verify_floor },
    { "sign", op_sign, op_sign_floor },
    { "import", op_import, op_import_floor },
};

const bench_kind *bench_kind_at(size_t index)
{
    return index < sizeof ops / sizeof *ops ? &ops[index] : NULL;
}
