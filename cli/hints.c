/* hints.c - what a person may do about a refusal; see hints.h. */
#include "hints.h"
#include <string.h>

#define ASKS_NOTHING SIZE_MAX

/* A strictness and its way out, which the command must have. */
typedef struct hint_row {
    lanyard_status status;
    const char *where; /* NULL: anywhere */
    unsigned groups;
    size_t asked; /* the flag in cli_options that asks for it, or ASKS_NOTHING */
    const char *of_options;
    const char *of_policy; /* with --policy, which stands for the options */
} hint_row;

#define ASKED(field) offsetof(cli_options, field)

static const hint_row hint_rows[] = {
    { LANYARD_E_CLAIM_MISSING, "claim:exp", GROUP_POLICY, ASKED(allow_no_exp),
      "--allow-no-exp accepts it", "\"no_exp\" in the policy's \"allow\" accepts it" },
    { LANYARD_E_AUDIENCE_UNASKED, NULL, GROUP_POLICY, ASKED(allow_any_aud),
      "--aud says whose tokens to accept, --allow-any-aud accepts all",
      "\"audiences\" of the policy says whose tokens to accept, \"any_aud\" in its \"allow\" "
      "accepts all" },
    { LANYARD_E_TYP, NULL, GROUP_POLICY, ASKED(allow_any_typ),
      "--typ says which type to accept, --allow-any-typ accepts all",
      "\"typ\" of the policy says which type to accept, \"any_typ\" in its \"allow\" accepts all" },
    { LANYARD_E_ISSUED_LATER, NULL, GROUP_POLICY, ASKED(allow_future_iat),
      "--allow-future-iat accepts it, --leeway forgives seconds",
      "\"future_iat\" in the policy's \"allow\" accepts it, \"leeway_s\" forgives seconds" },
    { LANYARD_E_BASE64_PADDING, NULL, GROUP_POLICY | GROUP_SIGNATURE, ASKED(allow_padding),
      "--allow-padding accepts it", "\"padding\" in the policy's \"allow\" accepts it" },
    { LANYARD_E_TOKEN_LENGTH, NULL, GROUP_POLICY | GROUP_SIGNATURE, ASKS_NOTHING,
      "a --policy file with a larger \"token_len\" in its \"limits\" reads it",
      "a larger \"token_len\" in the policy's \"limits\" reads it" },
    { LANYARD_E_HEADER_LENGTH, NULL, GROUP_POLICY | GROUP_SIGNATURE, ASKS_NOTHING,
      "a --policy file with a larger \"header_len\" in its \"limits\" reads it",
      "a larger \"header_len\" in the policy's \"limits\" reads it" },
    { LANYARD_E_KEY_SHORT, NULL, GROUP_KEY | GROUP_OPEN, ASKED(allow_short_key),
      "--allow-short-key uses it all the same", "--allow-short-key uses it all the same" },
    { LANYARD_E_KEY_WEAK, "key:n", GROUP_KEY | GROUP_OPEN, ASKED(allow_short_key),
      "--allow-short-key uses it all the same", "--allow-short-key uses it all the same" },
    { LANYARD_E_KEY_WEAK, "key:alg", GROUP_KEY | GROUP_OPEN, ASKED(allow_short_key),
      "--allow-short-key uses it all the same", "--allow-short-key uses it all the same" },
};

static bool hint_is_asked(const cli_options *options, const hint_row *row)
{
    return row->asked != ASKS_NOTHING &&
           *(const bool *)(const void *)((const char *)options + row->asked);
}

static bool hint_fits(const cli_run *run, const lanyard_error *error, const hint_row *row)
{
    return row->status == error->status && (!row->where || strcmp(row->where, error->where) == 0) &&
           run->command && (run->command->groups & row->groups) &&
           !hint_is_asked(&run->options, row);
}

/* A header that was pasted whole. */
static bool hint_is_bearer(lanyard_str token)
{
    static const char word[] = "bearer ";

    if (token.len < sizeof word - 1)
        return false;
    for (size_t i = 0; i < sizeof word - 2; i++)
        if ((token.ptr[i] | 0x20) != word[i])
            return false;
    return token.ptr[sizeof word - 2] == ' ';
}

const char *hint_find(const cli_run *run, const lanyard_error *error, lanyard_str token)
{
    if (error->status < LANYARD_E_ALG_UNKNOWN && hint_is_bearer(token))
        return "the word Bearer is not part of the token";
    for (size_t i = 0; i < sizeof hint_rows / sizeof *hint_rows; i++)
        if (hint_fits(run, error, &hint_rows[i]))
            return run->options.policy ? hint_rows[i].of_policy : hint_rows[i].of_options;
    return NULL;
}
