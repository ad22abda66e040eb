/* master.c - see master.h. */
#include "keyring/master.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"

#define MASTER_FILE_MAX 1024
#define MASTER_KEY_TEXT SRV_BASE64URL_LEN(SRV_KEY_LEN)
#define MASTER_PATH_MAX 4096

static srv_status master_fail(srv_error *error, const char *path, const char *what)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "the master key file %s %s", path, what);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

/* "1 KEY" without the line's end. */
static bool master_read_line(lanyard_str line, master_key *key)
{
    const char *space = line.len > 0 ? memchr(line.ptr, ' ', line.len) : NULL;
    size_t digits = space ? (size_t)(space - line.ptr) : 0;
    unsigned kid = 0;
    size_t len = 0;

    if (digits < 1 || digits > 3)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (line.ptr[i] < '0' || line.ptr[i] > '9')
            return false;
        kid = kid * 10 + (unsigned)(line.ptr[i] - '0');
    }
    if (kid > UINT8_MAX || !srv_base64url_read((lanyard_str){ space + 1, line.len - digits - 1 },
                                               key->key, sizeof key->key, &len))
        return false;
    key->kid = (uint8_t)kid;
    return len == SRV_KEY_LEN;
}

static bool master_has_kid(const master_keys *keys, uint8_t kid)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].kid == kid)
            return true;
    }
    return false;
}

static bool master_read_lines(const char *text, master_keys *keys)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        master_key key;
        bool is_good = keys->count < MASTER_KEYS_MAX &&
                       master_read_line((lanyard_str){ text, len }, &key) &&
                       !master_has_kid(keys, key.kid);

        if (is_good)
            keys->keys[keys->count++] = key;
        srv_wipe(&key, sizeof key);
        if (!is_good)
            return false;
        text += text[len] == '\n' ? len + 1 : len;
    }
    return keys->count > 0;
}

static srv_status master_check_mode(int file, const char *path, srv_error *error)
{
    struct stat info;

    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        return master_fail(error, path, "is no regular file");
    if (info.st_uid != geteuid())
        return master_fail(error, path, "belongs to another user");
    if ((info.st_mode & 077) != 0)
        return master_fail(error, path, "may be read by others: chmod 600 it");
    return SRV_OK;
}

static srv_status master_read_open(int file, const char *path, master_keys *keys, srv_error *error)
{
    char text[MASTER_FILE_MAX + 1];

    TRY(master_check_mode(file, path, error));

    ssize_t len = read(file, text, sizeof text - 1);

    if (len < 0)
        return master_fail(error, path, strerror(errno));
    text[len] = '\0';

    bool is_good = strlen(text) == (size_t)len && master_read_lines(text, keys);

    srv_wipe(text, sizeof text);
    return is_good ? SRV_OK : master_fail(error, path, "does not hold lines of a number and a key");
}

srv_status master_read(const char *path, master_keys *keys, srv_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    *keys = (master_keys){ .count = 0 };
    if (file < 0 && errno == ENOENT)
        return SRV_OK;
    if (file < 0)
        return master_fail(error, path, strerror(errno));

    srv_status status = master_read_open(file, path, keys, error);

    close(file);
    if (status != SRV_OK)
        srv_wipe(keys, sizeof *keys);
    return status;
}

static bool master_write_new(int file)
{
    uint8_t key[SRV_KEY_LEN];
    char line[2 + MASTER_KEY_TEXT + 1] = "1 ";

    if (srv_random(key, sizeof key) != SRV_OK)
        return false;
    srv_base64url_write(SRV_BYTES(key), line + 2);
    line[sizeof line - 1] = '\n';

    bool is_written = write(file, line, sizeof line) == (ssize_t)sizeof line && fsync(file) == 0;

    srv_wipe(key, sizeof key);
    srv_wipe(line, sizeof line);
    return is_written;
}

/* The name is on disk only when its folder is. */
static bool master_sync_folder(const char *path)
{
    char folder[MASTER_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (!srv_copy((lanyard_str){ path, len }, folder, sizeof folder))
        return false;
    if (len == 0)
        snprintf(folder, sizeof folder, "%s", slash ? "/" : ".");

    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = file >= 0 && fsync(file) == 0;

    if (file >= 0)
        close(file);
    return is_synced;
}

srv_status master_create(const char *path, srv_error *error)
{
    char temporary[MASTER_PATH_MAX];
    int len = snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());

    if (len < 0 || (size_t)len >= sizeof temporary)
        return master_fail(error, path, "has too long a name");
    (void)unlink(temporary); /* what a killed process of the same number left */

    int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file < 0)
        return master_fail(error, path, strerror(errno));

    bool is_written = master_write_new(file);

    close(file);
    /* A link fails where a rename would replace: the first process wins. */
    if (is_written && link(temporary, path) != 0 && errno != EEXIST)
        is_written = false;
    (void)unlink(temporary);
    if (!is_written || !master_sync_folder(path))
        return master_fail(error, path, "cannot be written");
    return SRV_OK;
}
