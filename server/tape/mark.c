/* mark.c - the last sequence number, kept beside the master key; see tape.h.
 *
 * Written to a new file that takes the place of the old one, so that a crash leaves one of them.
 */
#include "tape/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARK_PATH_MAX 4096
#define MARK_TEXT_MAX 24

srv_status tape_mark_read(const char *path, int64_t *seq)
{
    char text[MARK_TEXT_MAX] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0 && errno == ENOENT) {
        *seq = 0;
        return SRV_OK;
    }

    ssize_t len = file < 0 ? -1 : read(file, text, sizeof text - 1);
    int64_t found = 0;
    ssize_t digits = 0;

    if (file >= 0)
        close(file);
    while (digits < len && digits < 18 && text[digits] >= '0' && text[digits] <= '9')
        found = found * 10 + (text[digits++] - '0');
    if (digits == 0 || text[digits] != '\n')
        return SRV_E_CONFIG;
    *seq = found;
    return SRV_OK;
}

static bool mark_put(int file, int64_t seq)
{
    char text[MARK_TEXT_MAX];
    int len = snprintf(text, sizeof text, "%" PRId64 "\n", seq);

    return write(file, text, (size_t)len) == len && fsync(file) == 0;
}

srv_status tape_mark_write(const char *path, int64_t seq, srv_error *error)
{
    char fresh[MARK_PATH_MAX];
    int len = snprintf(fresh, sizeof fresh, "%s.new", path);

    if (len < 0 || (size_t)len >= sizeof fresh)
        return srv_fail(error, SRV_E_CONFIG, "a path that is too long");

    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_put = file >= 0 && mark_put(file, seq);

    if (file >= 0)
        close(file);
    if (!is_put || rename(fresh, path) != 0)
        return srv_fail(error, SRV_E_UNAVAILABLE, strerror(errno));
    return SRV_OK;
}
