/* json_diff.c - says of each text on its input whether our JSON reader takes it.
 *
 * Input: a length in four bytes, the highest first, then the text; again and again. Output: a line
 * for each, the name of the status. Run by json_diff.py. */
#include <lanyard.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    static const lanyard_limits limits = { .json_depth = 500, .json_values = 1u << 20 };
    uint8_t head[4];

    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        char *text = malloc(len + 1);
        lanyard_json *json = NULL;

        if (!text || fread(text, 1, len, stdin) != len)
            return 1;
        puts(lanyard_status_name(lanyard_json_read(text, len, &limits, NULL, &json, NULL)));
        lanyard_json_free(json);
        free(text);
    }
    return 0;
}
