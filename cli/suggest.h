/* suggest.h - what a mistyped word may have meant. */
#ifndef LANYARD_CLI_SUGGEST_H
#define LANYARD_CLI_SUGGEST_H

#include <stddef.h>

/* The best candidate so far. */
typedef struct cli_suggestion {
    const char *word; /* NULL: nothing is near */
    size_t distance;
} cli_suggestion;

/* Takes the candidate when it is nearer to the word than what was found before. */
void suggest_try(cli_suggestion *suggestion, const char *word, const char *candidate);

#endif
