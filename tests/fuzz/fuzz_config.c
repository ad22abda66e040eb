/* fuzz_config.c - any bytes as a configuration file: refused with a place, or written out as a file
 * that says the same. */
#include <string.h>
#include "check.h"
#include "config/file.h"

static lanyard_str text_of(const lanyard_buf *buf)
{
    return (lanyard_str){ buf->ptr ? buf->ptr : "", buf->len };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char word[] = "lanyardd";
    char *words[] = { word, NULL };
    char *environment[] = { NULL };
    srv_config config = { .data = NULL };
    srv_config again = { .data = NULL };
    config_action action;
    srv_error error = { .status = SRV_OK };
    lanyard_buf first;
    lanyard_buf second;

    if (len > CONFIG_FILE_MAX)
        return 0;
    lanyard_buf_init(&first, NULL, 1u << 20);
    lanyard_buf_init(&second, NULL, 1u << 20);
    check(config_read(1, words, environment, &config, &action, &error) == SRV_OK);
    check(config_read(1, words, environment, &again, &action, &error) == SRV_OK);

    srv_status status =
        config_file_parse("fuzz", (lanyard_str){ (const char *)data, len }, &config, &error);

    check(status == SRV_OK || (error.status == status && strncmp(error.detail, "fuzz:", 5) == 0));
    if (status == SRV_OK) {
        check(config_write(&config, &first) == SRV_OK);
        check(config_file_parse("again", text_of(&first), &again, &error) == SRV_OK);
        check(config_write(&again, &second) == SRV_OK);
        check(lanyard_str_equal(text_of(&first), text_of(&second)));
    }
    lanyard_buf_done(&first);
    lanyard_buf_done(&second);
    config_done(&config);
    config_done(&again);
    return 0;
}
