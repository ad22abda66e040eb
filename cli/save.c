/* save.c - answers into a file; see save.h.
 *
 * How it works: a new file beside the place is written and synced, then given its name in one
 * step. Who reads the name sees all of it or what was there before.
 */
#include "save.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "refusal.h"

#define SUFFIX ".XXXXXX"

static int save_write(int fd, const lanyard_buf *buf)
{
    int failed = out_write(fd, buf->ptr, buf->len);

    if (failed == 0 && (fchmod(fd, S_IRUSR | S_IWUSR) != 0 || fsync(fd) != 0))
        failed = errno;
    if (close(fd) != 0 && failed == 0)
        failed = errno;
    return failed;
}

static int save_name(const char *temporary, const char *name, bool replaces)
{
    int result = replaces ? rename(temporary, name) : link(temporary, name);
    int failed = result == 0 ? 0 : errno;

    if (failed != 0 || !replaces)
        unlink(temporary);
    return failed;
}

static int save_in(cli_run *run, const char *name, char *temporary, const lanyard_buf *buf)
{
    int fd = mkstemp(temporary);
    int failed = fd < 0 ? errno : save_write(fd, buf);

    if (fd >= 0 && failed != 0)
        unlink(temporary);
    if (failed == 0)
        failed = save_name(temporary, name, run->options.force);
    if (failed == EEXIST)
        return refuse_trouble(run, "%.200s is there already; --force replaces it", name);
    return failed == 0 ? CLI_ACCEPTED : refuse_trouble(run, "%.200s: %s", name, strerror(failed));
}

int save_or_print(cli_run *run, const lanyard_buf *buf)
{
    const char *name = run->options.out;
    size_t len = 0;
    char *temporary = NULL;
    int exit_status = CLI_ACCEPTED;

    if (!name) {
        out_add(&run->out, buf->ptr, buf->len);
        return CLI_ACCEPTED;
    }
    len = strlen(name);
    temporary = malloc(len + sizeof SUFFIX);
    if (!temporary)
        return refuse_no_memory(run);
    memcpy(temporary, name, len);
    memcpy(temporary + len, SUFFIX, sizeof SUFFIX);
    exit_status = save_in(run, name, temporary, buf);
    free(temporary);
    return exit_status;
}
