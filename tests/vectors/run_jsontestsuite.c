/* run_jsontestsuite.c - our JSON reader against JSONTestSuite (RFC 8259 by files).
 *
 * The first letter of a file in test_parsing says what must happen: y_ is read, n_ is refused, i_
 * is either. We are stricter in one thing, on purpose: no member twice. Files in test_transform are
 * about what a reader makes of a text; what ours does with them is in the table below. */
#include <lanyard.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE_FILES 340 /* 318 in test_parsing, 22 in test_transform */
#define FOLDER_LEN  1024
#define PATH_LEN    (FOLDER_LEN + 300)
#define TEXT_LEN    (1u << 20)

typedef struct suite_tally {
    size_t passed;
    size_t failed;
} suite_tally;

typedef struct expectation {
    const char *begins;
    lanyard_status status;
} expectation;

/* The first that fits counts. */
static const expectation expectations[] = {
    { "y_object_duplicated_key", LANYARD_E_JSON_DUPLICATE },
    { "y_", LANYARD_OK },
    { "object_same_key", LANYARD_E_JSON_DUPLICATE },
    { "string_1_escaped_invalid", LANYARD_E_JSON_SURROGATE },
    { "string_2_escaped_invalid", LANYARD_E_JSON_SURROGATE },
    { "string_3_escaped_invalid", LANYARD_E_JSON_SURROGATE },
    { "string_1_invalid", LANYARD_E_JSON_UTF8 },
    { "string_2_invalid", LANYARD_E_JSON_UTF8 },
    { "string_3_invalid", LANYARD_E_JSON_UTF8 },
    { "object_key_", LANYARD_OK },
    { "string_with_escaped_NULL", LANYARD_OK },
    { "number_", LANYARD_OK },
};

static int is_as_expected(const char *name, lanyard_status status)
{
    if (strncmp(name, "i_", 2) == 0)
        return 1;
    if (strncmp(name, "n_", 2) == 0)
        return status >= LANYARD_E_JSON_SYNTAX && status <= LANYARD_E_JSON_MEMBERS;
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++)
        if (strncmp(name, expectations[i].begins, strlen(expectations[i].begins)) == 0)
            return status == expectations[i].status;
    return 0;
}

static void run_file(const char folder[FOLDER_LEN], const char *name, suite_tally *tally)
{
    char path[PATH_LEN];
    char *text = malloc(TEXT_LEN);
    lanyard_error err = { 0 };
    lanyard_json *json = NULL;

    snprintf(path, sizeof path, "%s/%s", folder, name);

    FILE *file = fopen(path, "rb");
    size_t len = file ? fread(text, 1, TEXT_LEN, file) : TEXT_LEN;
    lanyard_status status =
        len < TEXT_LEN ? lanyard_json_read(text, len, NULL, NULL, &json, &err) : LANYARD_E_ARGUMENT;

    lanyard_json_free(json);
    if (file)
        fclose(file);
    free(text);
    if (is_as_expected(name, status)) {
        tally->passed++;
        return;
    }
    tally->failed++;
    printf("not ok - %s: %s at byte %zu\n", name, lanyard_status_name(status), err.offset);
}

static void run_folder(const char *vectors, const char *name, suite_tally *tally)
{
    char folder[FOLDER_LEN];

    snprintf(folder, sizeof folder, "%s/jsontestsuite/%s", vectors, name);

    DIR *files = opendir(folder);

    if (!files)
        return;
    for (struct dirent *file = readdir(files); file; file = readdir(files))
        if (strstr(file->d_name, ".json"))
            run_file(folder, file->d_name, tally);
    closedir(files);
}

int main(void)
{
    const char *vectors = getenv("LANYARD_VECTORS");
    suite_tally tally = { 0 };

    if (!vectors)
        vectors = "../shared/vectors";
    run_folder(vectors, "test_parsing", &tally);
    run_folder(vectors, "test_transform", &tally);

    size_t seen = tally.passed + tally.failed;

    printf("%zu passed, %zu failed, %zu skipped\n", tally.passed, tally.failed,
           seen < SUITE_FILES ? SUITE_FILES - seen : 0);
    return tally.failed > 0;
}
