/* suggest.c - what a mistyped word may have meant.
 *
 * How it works: the fewest characters to insert, delete, replace or swap with their neighbor,
 * reckoned in a table of which three rows are kept.
 */
#include "suggest.h"
#include <string.h>

#define WORD_MAX 40u

static size_t suggest_min(size_t left, size_t right)
{
    return left < right ? left : right;
}

static int suggest_fold(int c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t suggest_distance(const char *from, size_t from_len, const char *to, size_t to_len)
{
    size_t rows[3][WORD_MAX + 1];

    for (size_t j = 0; j <= to_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= from_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= to_len; j++) {
            int a = suggest_fold(from[i - 1]);
            int b = suggest_fold(to[j - 1]);

            row[j] = suggest_min(suggest_min(above[j], row[j - 1]) + 1, above[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == suggest_fold(to[j - 2]) && b == suggest_fold(from[i - 2]))
                row[j] = suggest_min(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[from_len % 3][to_len];
}

void suggest_try(cli_suggestion *suggestion, const char *word, const char *candidate)
{
    size_t word_len = strlen(word);
    size_t len = strlen(candidate);
    size_t distance = 0;

    if (word_len == 0 || word_len > WORD_MAX || len > WORD_MAX)
        return;
    distance = suggest_distance(word, word_len, candidate, len);
    /* A third of the word may be wrong. */
    if (distance > 1 + word_len / 4 || distance >= len)
        return;
    if (suggestion->word && distance >= suggestion->distance)
        return;
    *suggestion = (cli_suggestion){ candidate, distance };
}
