/* input.c - files and standard input, read whole; see input.h. */
#include "input.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "refusal.h"

#define INPUT_CHUNK 16384u

lanyard_buf input_buf(void)
{
    lanyard_buf buf;

    lanyard_buf_init(&buf, NULL, INPUT_MAX);
    return buf;
}

static int input_read_fd(cli_run *run, const char *name, int fd, lanyard_buf *buf)
{
    for (;;) {
        size_t room = buf->max - buf->len < INPUT_CHUNK ? buf->max - buf->len : INPUT_CHUNK;
        lanyard_status status = lanyard_buf_reserve(buf, room);
        ssize_t got = 0;

        if (status != LANYARD_OK)
            return refuse_no_memory(run);
        if (room == 0)
            return refuse_trouble(run, "%.200s: more than 64 MiB", name);
        got = read(fd, buf->ptr + buf->len, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse_trouble(run, "%.200s: %s", name, strerror(errno));
        if (got == 0)
            return CLI_ACCEPTED;
        buf->len += (size_t)got;
    }
}

int input_read(cli_run *run, const char *name, lanyard_buf *buf)
{
    bool is_stdin = strcmp(name, "-") == 0;
    int fd = STDIN_FILENO;
    int exit_status = CLI_ACCEPTED;

    if (is_stdin && run->has_read_stdin)
        return refuse_usage(run, "standard input can be read only once");
    if (!is_stdin)
        fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse_trouble(run, "%.200s: %s", name, strerror(errno));
    run->has_read_stdin = run->has_read_stdin || is_stdin;
    exit_status = input_read_fd(run, is_stdin ? "standard input" : name, fd, buf);
    if (!is_stdin)
        close(fd);
    if (buf->len > 0 && buf->ptr[buf->len - 1] == '\n')
        lanyard_buf_cut(buf, buf->len - 1);
    return exit_status;
}

int input_word(cli_run *run, const char *word, lanyard_buf *buf)
{
    if (strcmp(word, "-") == 0)
        return input_read(run, word, buf);
    return lanyard_buf_add(buf, word, strlen(word)) == LANYARD_OK ? CLI_ACCEPTED
                                                                  : refuse_no_memory(run);
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* What may stand behind the last digit. */
static bool base64_is_end(const lanyard_buf *buf, size_t at)
{
    for (; at < buf->len; at++)
        if (!strchr("=\r\n", buf->ptr[at]) || buf->ptr[at] == '\0')
            return false;
    return true;
}

bool input_decode_base64(lanyard_buf *buf)
{
    uint32_t bits = 0;
    size_t digits = 0;
    size_t len = 0;

    for (size_t i = 0; i < buf->len; i++) {
        int digit = base64_digit(buf->ptr[i]);

        if (buf->ptr[i] == '\n' || buf->ptr[i] == '\r')
            continue;
        if (digit < 0 && !base64_is_end(buf, i))
            return false;
        if (digit < 0)
            break;
        bits = bits << 6 | (uint32_t)digit;
        digits++;
        if (digits % 4 != 1)
            buf->ptr[len++] = (char)(bits >> (6 - 2 * ((digits - 1) % 4)) & 0xff);
    }
    if (digits % 4 == 1 || digits == 0)
        return false;
    lanyard_buf_cut(buf, len);
    return true;
}
