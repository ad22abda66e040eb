/* follower.c - see follower.h. */
#include "session/follower.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define MARK_LEN 8

_Static_assert(FOLLOWERS *FOLLOWER_LEN <= FOLLOWERS_MAX, "room in the row");

static int64_t follower_gen(const uint8_t *entry)
{
    uint64_t gen = 0;

    for (int i = 0; i < 8; i++)
        gen = gen << 8 | entry[MARK_LEN + i];
    return (int64_t)gen;
}

static void follower_put(uint8_t *entry, const uint8_t mark[MARK_LEN], int64_t gen, uint8_t run)
{
    memcpy(entry, mark, MARK_LEN);
    for (int i = 0; i < 8; i++)
        entry[MARK_LEN + i] = (uint8_t)((uint64_t)gen >> (56 - 8 * i));
    entry[FOLLOWER_LEN - 1] = run;
}

/* The entry of that prefix, or a place for it: a new one, or that of who was seen longest ago. */
static uint8_t *follower_place(session_row *session, const uint8_t mark[MARK_LEN], bool *is_known)
{
    size_t count = session->followers_len / FOLLOWER_LEN;
    uint8_t *oldest = session->followers;

    for (size_t i = 0; i < count; i++) {
        uint8_t *entry = session->followers + i * FOLLOWER_LEN;

        *is_known = memcmp(entry, mark, MARK_LEN) == 0;
        if (*is_known)
            return entry;
        if (follower_gen(entry) < follower_gen(oldest))
            oldest = entry;
    }
    *is_known = false;
    if (count == FOLLOWERS)
        return oldest;
    session->followers_len = (count + 1) * FOLLOWER_LEN;
    return session->followers + count * FOLLOWER_LEN;
}

static bool follower_has_rotated(const session_row *session, const char *prefix)
{
    char rotator[SRV_PREFIX_MAX + 2];

    snprintf(rotator, sizeof rotator, " %s ", prefix);
    return strstr(session->rotators, rotator) != NULL;
}

srv_status follower_count(session_row *session, const char *prefix, bool *is_follower)
{
    uint8_t mark[SRV_SHA256_LEN];
    bool is_known = false;
    uint8_t run = 1;

    *is_follower = false;
    if (follower_has_rotated(session, prefix))
        return SRV_OK;
    TRY(srv_sha256(SRV_BYTES_OF(lanyard_str_of(prefix)), mark));

    uint8_t *entry = follower_place(session, mark, &is_known);

    if (is_known && follower_gen(entry) == session->gen)
        return SRV_OK; /* counted */
    if (is_known && follower_gen(entry) == session->gen - 1)
        run = (uint8_t)(entry[FOLLOWER_LEN - 1] + 1);
    follower_put(entry, mark, session->gen, run);
    *is_follower = run >= FOLLOWER_RUN_MAX;
    return SRV_OK;
}
