/* fuzz_policy.c - a policy file: any bytes; one that is read is written and read again as it was.
 */
#include <stdlib.h>
#include <string.h>
#include <lanyard.h>

#define TEXT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void write_policy(const lanyard_policy *policy, lanyard_buf *out)
{
    lanyard_error err = { 0 };

    lanyard_buf_init(out, NULL, TEXT_MAX);
    must(lanyard_policy_write(policy, out, &err) == LANYARD_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lanyard_policy *policy = NULL;
    lanyard_policy *again = NULL;
    lanyard_buf first;
    lanyard_buf second;
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_policy_read((const char *)data, len, NULL, &policy, &err);

    if (status != LANYARD_OK) {
        must(!policy && err.status == status && err.offset <= len && err.detail[0]);
        return 0;
    }
    write_policy(policy, &first);
    must(lanyard_policy_read(first.ptr, first.len, NULL, &again, &err) == LANYARD_OK);
    write_policy(again, &second);
    must(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0);
    lanyard_buf_done(&first);
    lanyard_buf_done(&second);
    lanyard_policy_free(policy);
    lanyard_policy_free(again);
    return 0;
}
