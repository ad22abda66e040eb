/* secrets.c - what is done with a secret must take the same way whatever the secret.
 *
 * Under valgrind's memcheck secrets are marked as undefined: a branch on one, or an address made of
 * one, is then reported as a use of an undefined value (a way found by Adam Langley). What is
 * public again (the verdict, the signature) is marked as defined where it leaves. Without
 * valgrind the program only computes.
 */
#include <valgrind/memcheck.h>
#include "base/bytes.h"
#include "codec/base64url.h"
#include "crypto/mac.h"
#include "support/support.h"

static void mark_secret(void *ptr, size_t len)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(ptr, len);
}

static void mark_public(void *ptr, size_t len)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(ptr, len);
}

static unsigned long errors_seen(void)
{
    return VALGRIND_COUNT_ERRORS;
}

/* verdicts: branches that are meant, on nothing but whether the whole is well formed. */
static void report(const char *name, unsigned long before, unsigned long verdicts, bool is_right)
{
    bool is_quiet = errors_seen() - before <= verdicts;

    tap_ok(is_quiet && is_right, name,
           is_right ? "a branch or an address depends on the secret" : "a wrong result");
}

/* The comparison of MACs: equal, different early, different late. */
static void compare(void)
{
    static const size_t places[] = { 64, 0, 31, 63 }; /* 64: nowhere */

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        uint8_t left[64];
        uint8_t right[64];
        unsigned long before = errors_seen();

        memset(left, 0x5a, sizeof left);
        memset(right, 0x5a, sizeof right);
        if (places[i] < sizeof left)
            left[places[i]] ^= 1;
        mark_secret(left, sizeof left);
        mark_secret(right, sizeof right);

        bool is_same = lan_ct_equal((lan_bytes){ left, 64 }, (lan_bytes){ right, 64 });

        mark_public(&is_same, sizeof is_same);
        report("two MACs are compared in constant time", before, 0, is_same == (places[i] == 64));
    }
}

/* A secret in base64url, as the "k" of a JWK. A branch for each character would be seen 64 times or
 * more; that on any foreign character, and on leftover bits, is the verdict. */
static void decode(const char *encoded, unsigned long verdicts)
{
    char text[128];
    uint8_t bytes[96];
    size_t text_len = strlen(encoded);
    size_t len = 0;
    size_t bad = 0;
    unsigned long before = errors_seen();

    memcpy(text, encoded, text_len);
    mark_secret(text, text_len);

    lanyard_status status = lan_base64url_decode((lan_str){ text, text_len }, bytes, &len, &bad);

    mark_public(&status, sizeof status);
    mark_public(bytes, sizeof bytes);
    report("a secret is decoded from base64url in constant time", before, verdicts,
           status == LANYARD_OK && len == text_len * 3 / 4 && bytes[0] == 0x03);
}

static void encode(void)
{
    uint8_t bytes[64];
    char text[86];
    unsigned long before = errors_seen();

    memset(bytes, 3, sizeof bytes);
    mark_secret(bytes, sizeof bytes);
    lan_base64url_encode((lan_bytes){ bytes, sizeof bytes }, text);
    mark_public(text, sizeof text);
    report("a secret is encoded in base64url in constant time", before, 0, text[0] == 'A');
}

/* The MAC itself: the key, and the states made of it. */
static void authenticate(void)
{
    static const lanyard_hash hashes[] = { LANYARD_SHA256, LANYARD_SHA384, LANYARD_SHA512 };

    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        uint8_t key[64];
        uint8_t mac[LANYARD_HASH_MAX];
        lan_mac_state state;
        unsigned long before = errors_seen();
        lanyard_buf expected = buf_new();

        memset(key, 7, sizeof key);
        buf_put_hmac(&expected, (int)hashes[i], (lan_bytes){ key, sizeof key },
                     (lan_bytes){ (const uint8_t *)"message", 7 });
        mark_secret(key, sizeof key);
        lan_mac_prepare(&state, hashes[i], (lan_bytes){ key, sizeof key });
        lan_mac(&state, (lan_bytes){ (const uint8_t *)"message", 7 }, mac);
        mark_public(mac, sizeof mac);
        report("a MAC is computed in constant time", before, 0,
               memcmp(mac, expected.ptr, expected.len) == 0);
        lanyard_buf_done(&expected);
    }
}

/* That the method sees anything: a branch on a secret must be reported. */
static void witness(void)
{
    volatile uint8_t secret = 1;
    volatile unsigned taken = 0;
    unsigned long before = errors_seen();

    mark_secret((void *)(uintptr_t)&secret, sizeof secret);
    if (secret)
        taken = 1;
    if (!RUNNING_ON_VALGRIND)
        tap_skip("a branch on a secret is seen", "not under valgrind");
    else
        tap_ok(errors_seen() > before && taken < 2, "a branch on a secret is seen",
               "valgrind reports nothing");
}

int main(void)
{
    compare();
    decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i", 1);
    decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
           2);
    encode();
    authenticate();
    witness();
    return tap_done();
}
