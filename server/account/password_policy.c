/* password_policy.c - see password_policy.h.
 *
 * How it works: a password is looked at in ASCII lower case (other bytes as they are), for
 * spelling a poor one in capitals makes it no better. Three shapes are refused wherever they come
 * from: one short piece over and over, walks over the keyboard, and words of the list with
 * figures and marks around them.
 */
#include "account/password_policy.h"

#include <stdbool.h>
#include <string.h>
#include "base/crypto.h"
#include "base/text.h"

#define POLICY_RUN_MIN  3 /* neighbors in a row that count as a walk */
#define POLICY_NAME_MIN 3 /* a shorter name stands in half of all passwords by chance */

/* Our own list: what people type when fifteen characters are asked for. */
static const char *const policy_list[] = {
#include "account/password_list.inc"
};

#define POLICY_LIST (sizeof policy_list / sizeof *policy_list)

/* Each row of keys and, in its place, the row below; a neighbor is one step in any direction. */
static const char *const policy_rows[][4] = {
    { "1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./" },
    { "1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm,.-" },
    { "1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn,;:!" },
    { "789", "456", "123", "0" },
};

#define POLICY_LAYOUTS (sizeof policy_rows / sizeof *policy_rows)

typedef struct policy_text {
    char text[PASSWORD_BYTES_MAX]; /* in lower case */
    size_t len;
} policy_text;

static bool policy_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* How many bytes the UTF-8 sequence at text has; 1 for a byte that begins none. */
static size_t policy_step(const uint8_t *text, size_t len)
{
    size_t want = 1;

    if (text[0] >= 0xc2 && text[0] <= 0xdf)
        want = 2;
    if (text[0] >= 0xe0 && text[0] <= 0xef)
        want = 3;
    if (text[0] >= 0xf0 && text[0] <= 0xf4)
        want = 4;
    if (want > len)
        return 1;
    for (size_t i = 1; i < want; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 1;
    }
    return want;
}

static size_t policy_points(lanyard_bytes password)
{
    size_t points = 0;

    for (size_t at = 0; at < password.len; points++)
        at += policy_step(password.ptr + at, password.len - at);
    return points;
}

/* One piece, too short to be a password itself, from the first to the last byte. */
static bool policy_repeats(const policy_text *password, size_t piece_max)
{
    for (size_t piece = 1; piece < piece_max && piece * 2 <= password->len; piece++) {
        if (memcmp(password->text, password->text + piece, password->len - piece) == 0)
            return true;
    }
    return false;
}

static bool policy_find_key(const char *const rows[4], char c, int *row, int *column)
{
    for (int i = 0; c != '\0' && i < 4; i++) {
        const char *found = strchr(rows[i], c);

        if (found) {
            *row = i;
            *column = (int)(found - rows[i]);
            return true;
        }
    }
    return false;
}

static bool policy_is_near(const char *const rows[4], char left, char right)
{
    int row[2];
    int column[2];

    if (!policy_find_key(rows, left, &row[0], &column[0]) ||
        !policy_find_key(rows, right, &row[1], &column[1]))
        return false;

    int down = row[1] - row[0];
    int over = column[1] - column[0];

    return down >= -1 && down <= 1 && over >= -1 && over <= 1;
}

static bool policy_is_step(char left, char right)
{
    /* The alphabet, forward, backward and on the spot. */
    if (left >= 'a' && left <= 'z' && right >= 'a' && right <= 'z' && right - left >= -1 &&
        right - left <= 1)
        return true;
    for (size_t i = 0; i < POLICY_LAYOUTS; i++) {
        if (policy_is_near(policy_rows[i], left, right))
            return true;
    }
    return false;
}

/* Walks of three keys and more that leave at most every fourth character to chance. */
static bool policy_walks(const policy_text *password)
{
    size_t covered = 0;

    for (size_t at = 0; at < password->len;) {
        size_t run = 1;

        while (at + run < password->len &&
               policy_is_step(password->text[at + run - 1], password->text[at + run]))
            run++;
        if (run >= POLICY_RUN_MIN)
            covered += run;
        at += run;
    }
    return password->len >= POLICY_RUN_MIN && covered * 4 >= password->len * 3;
}

static bool policy_is_listed(const policy_text *password)
{
    size_t from = 0;
    size_t to = password->len;

    while (from < to && !policy_is_letter(password->text[from]))
        from++;
    while (to > from && !policy_is_letter(password->text[to - 1]))
        to--;
    for (size_t i = 0; to > from && i < POLICY_LIST; i++) {
        if (strlen(policy_list[i]) == to - from &&
            memcmp(policy_list[i], password->text + from, to - from) == 0)
            return true;
    }
    return false;
}

static bool policy_holds(const policy_text *password, const char *name, size_t name_len)
{
    if (name_len < POLICY_NAME_MIN)
        return false;
    for (size_t at = 0; at + name_len <= password->len; at++) {
        size_t same = 0;

        while (same < name_len && password->text[at + same] == srv_lower(name[same]))
            same++;
        if (same == name_len)
            return true;
    }
    return false;
}

/* The whole address holds its local part. */
static bool policy_is_own(const policy_text *password, const char *username, const char *email)
{
    return (username && policy_holds(password, username, strlen(username))) ||
           (email && policy_holds(password, email, strcspn(email, "@"))) ||
           (email && policy_holds(password, email, strlen(email)));
}

static unsigned policy_shape_faults(lanyard_bytes password, const char *username, const char *email,
                                    size_t points_min)
{
    policy_text lower = { .len = password.len };
    unsigned faults = 0;

    for (size_t i = 0; i < password.len; i++)
        lower.text[i] = srv_lower((char)password.ptr[i]);
    if (policy_repeats(&lower, points_min))
        faults |= PASSWORD_REPEATS;
    if (policy_walks(&lower))
        faults |= PASSWORD_KEYBOARD;
    if (policy_is_listed(&lower))
        faults |= PASSWORD_COMMON;
    if (policy_is_own(&lower, username, email))
        faults |= PASSWORD_OWN_NAME;
    srv_wipe(&lower, sizeof lower);
    return faults;
}

unsigned password_faults(lanyard_bytes password, const char *username, const char *email,
                         unsigned points_min)
{
    size_t least = points_min ? points_min : PASSWORD_POINTS_MIN;

    if (password.len > PASSWORD_BYTES_MAX)
        return PASSWORD_TOO_LONG;

    unsigned faults = policy_shape_faults(password, username, email, least);

    return policy_points(password) < least ? faults | PASSWORD_TOO_SHORT : faults;
}

const char *password_fault_name(unsigned faults, size_t index)
{
    static const char *const names[] = { "too_short", "too_long", "repeats",
                                         "keyboard",  "common",   "own_name" };

    for (size_t bit = 0; bit < sizeof names / sizeof *names; bit++) {
        if ((faults & 1u << bit) == 0)
            continue;
        if (index == 0)
            return names[bit];
        index--;
    }
    return NULL;
}
