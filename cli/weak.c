/* weak.c - secrets that everybody knows: from tutorials, manuals and the habits of people. */
#include "weak.h"
#include <string.h>
#include "input.h"

static const char *const weak_words[] = {
    "somesuperrandomsecretkeynoonecancrack",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-384-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "secret",
    "Secret",
    "SECRET",
    "secretkey",
    "secret-key",
    "secret_key",
    "SECRET_KEY",
    "supersecret",
    "super-secret",
    "super_secret",
    "mysecret",
    "my-secret",
    "my_secret",
    "mysecretkey",
    "my-secret-key",
    "your-secret",
    "your-secret-key",
    "your_secret_key",
    "jwtsecret",
    "jwt-secret",
    "jwt_secret",
    "JWT_SECRET",
    "jwt",
    "key",
    "token",
    "test",
    "testing",
    "dev",
    "development",
    "default",
    "changeme",
    "change-me",
    "change_me",
    "changeit",
    "admin",
    "root",
    "password",
    "password1",
    "passw0rd",
    "p@ssw0rd",
    "hunter2",
    "qwerty",
    "letmein",
    "123456",
    "12345678",
    "123456789",
    "1234567890",
    "shhh",
    "shhhhh",
    "AllYourBase",
    "django-insecure",
    "keyboard cat",
    "hello",
    "example",
    "none",
    "null",
    "undefined",
};

static bool weak_walk_lines(const lanyard_buf *list, weak_try try_one, void *context)
{
    size_t at = 0;

    while (at < list->len) {
        const char *line = list->ptr + at;
        const char *end = memchr(line, '\n', list->len - at);
        size_t len = end ? (size_t)(end - line) : list->len - at;

        if (len > 0 && try_one(context, (lanyard_str){ line, len }))
            return true;
        at += len + 1;
    }
    return false;
}

int weak_walk(cli_run *run, weak_try try_one, void *context, bool *found)
{
    lanyard_buf list = input_buf();
    int exit_status = CLI_ACCEPTED;

    *found = false;
    for (size_t i = 0; i < sizeof weak_words / sizeof *weak_words && !*found; i++)
        *found = try_one(context, lanyard_str_of(weak_words[i]));
    if (*found || !run->options.wordlist)
        return CLI_ACCEPTED;
    exit_status = input_read(run, run->options.wordlist, &list);
    if (exit_status == CLI_ACCEPTED)
        *found = weak_walk_lines(&list, try_one, context);
    lanyard_buf_done(&list);
    return exit_status;
}
