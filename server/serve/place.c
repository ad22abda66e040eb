/* place.c - see place.h. */
#include "serve/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE_PATH_MAX 4096

static srv_status place_fail(srv_error *error, srv_status status, const char *path,
                             const char *what)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%.100s: %s", path, what);
    return srv_fail(error, status, detail);
}

srv_status place_take(const char *data, int *lock, srv_error *error)
{
    char path[PLACE_PATH_MAX];
    struct stat found;

    if (mkdir(data, 0700) != 0 && errno != EEXIST)
        return place_fail(error, SRV_E_CONFIG, data, strerror(errno));
    if (stat(data, &found) != 0 || !S_ISDIR(found.st_mode))
        return place_fail(error, SRV_E_CONFIG, data, "this is no directory");
    if (found.st_mode & 077)
        return place_fail(error, SRV_E_CONFIG, data,
                          "others can look into it; its mode must be 0700");
    if (snprintf(path, sizeof path, "%s/lock", data) >= (int)sizeof path)
        return place_fail(error, SRV_E_CONFIG, data, "the path is too long");

    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return place_fail(error, SRV_E_CONFIG, path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return place_fail(error, SRV_E_UNAVAILABLE, data, "another lanyardd runs here");
    }
    *lock = fd;
    return SRV_OK;
}

void place_give(int lock)
{
    close(lock);
}

srv_status place_tell(const char *data, const char *address, srv_error *error)
{
    char path[PLACE_PATH_MAX];
    char made[PLACE_PATH_MAX + 8];

    snprintf(path, sizeof path, "%s/address", data);
    snprintf(made, sizeof made, "%s.new", path);

    FILE *file = fopen(made, "we");
    int written = file ? fprintf(file, "%s\n", address) : -1;
    bool is_closed = file && fclose(file) == 0;

    if (written > 0 && is_closed && rename(made, path) == 0)
        return SRV_OK;
    return place_fail(error, SRV_E_CONFIG, path, strerror(errno));
}
