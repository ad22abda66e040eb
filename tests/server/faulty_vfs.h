/* faulty_vfs.h - SQLite on a disk that fails when a test says so.
 *
 * The shim becomes the default VFS; it hands everything on to the one there was, but the n-th call
 * of one kind, or that one and all after it. Syncs of real files are left out: no test here cuts
 * the power. One test at a time; the calls may come from any thread. */
#ifndef TESTS_SERVER_FAULTY_VFS_H
#define TESTS_SERVER_FAULTY_VFS_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

typedef enum faulty_kind {
    FAULTY_READ,     /* an error of reading */
    FAULTY_WRITE,    /* an error of writing */
    FAULTY_TORN,     /* half of it is written, then the error */
    FAULTY_FULL,     /* no room on the disk */
    FAULTY_SYNC,     /* an error of fsync: what was written may be there */
    FAULTY_TRUNCATE, /* an error of shortening a file */
    FAULTY_LOCK,     /* an error of locking */
    FAULTY_OPEN,     /* a file cannot be opened */
    FAULTY_KINDS,
} faulty_kind;

typedef struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
} faulty_file;

static struct {
    pthread_mutex_t lock;
    faulty_kind kind;
    unsigned left; /* 0: not armed */
    bool is_lasting;
    bool has_failed;
    unsigned calls[FAULTY_KINDS];
} faulty = { .lock = PTHREAD_MUTEX_INITIALIZER };

static sqlite3_vfs *faulty_real;

/* From now on the n-th (1: the next) call of that kind fails; and all after it when it lasts. */
static inline void faulty_arm(faulty_kind kind, unsigned n, bool is_lasting)
{
    pthread_mutex_lock(&faulty.lock);
    faulty.kind = kind;
    faulty.left = n;
    faulty.is_lasting = is_lasting;
    faulty.has_failed = false;
    pthread_mutex_unlock(&faulty.lock);
}

/* Nothing fails any more. Whether something did. */
static inline bool faulty_disarm(void)
{
    pthread_mutex_lock(&faulty.lock);
    faulty.left = 0;

    bool has_failed = faulty.has_failed;

    pthread_mutex_unlock(&faulty.lock);
    return has_failed;
}

/* Calls of that kind so far. */
static inline unsigned faulty_calls(faulty_kind kind)
{
    pthread_mutex_lock(&faulty.lock);

    unsigned calls = faulty.calls[kind];

    pthread_mutex_unlock(&faulty.lock);
    return calls;
}

/* Whether this call is to fail. */
static inline bool faulty_strikes(faulty_kind kind)
{
    bool strikes = false;

    pthread_mutex_lock(&faulty.lock);
    faulty.calls[kind]++;
    if (faulty.left > 0 && kind == faulty.kind) {
        strikes = faulty.left == 1;
        if (faulty.left > 1 || !faulty.is_lasting)
            faulty.left--;
        faulty.has_failed = faulty.has_failed || strikes;
    }
    pthread_mutex_unlock(&faulty.lock);
    return strikes;
}

static inline sqlite3_file *real_of(sqlite3_file *file)
{
    return ((faulty_file *)file)->real;
}

static inline int faulty_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static inline int faulty_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
    if (faulty_strikes(FAULTY_READ))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), data, len, at);
}

static inline int faulty_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    if (faulty_strikes(FAULTY_FULL))
        return SQLITE_FULL;
    if (faulty_strikes(FAULTY_WRITE))
        return SQLITE_IOERR_WRITE;
    if (faulty_strikes(FAULTY_TORN)) {
        (void)real_of(file)->pMethods->xWrite(real_of(file), data, len / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    return real_of(file)->pMethods->xWrite(real_of(file), data, len, at);
}

static inline int faulty_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    if (faulty_strikes(FAULTY_TRUNCATE))
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), len);
}

static inline int faulty_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return faulty_strikes(FAULTY_SYNC) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static inline int faulty_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static inline int faulty_lock(sqlite3_file *file, int level)
{
    if (faulty_strikes(FAULTY_LOCK))
        return SQLITE_IOERR_LOCK;
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static inline int faulty_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static inline int faulty_check_lock(sqlite3_file *file, int *is_reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_reserved);
}

static inline int faulty_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static inline int faulty_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static inline int faulty_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static inline int faulty_shm_map(sqlite3_file *file, int page, int size, int grows,
                                 void volatile **at)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, grows, at);
}

static inline int faulty_shm_lock(sqlite3_file *file, int at, int count, int flags)
{
    if (!(flags & SQLITE_SHM_UNLOCK) && faulty_strikes(FAULTY_LOCK))
        return SQLITE_IOERR_SHMLOCK;
    return real_of(file)->pMethods->xShmLock(real_of(file), at, count, flags);
}

static inline void faulty_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static inline int faulty_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods faulty_methods = {
    .iVersion = 2, /* no memory map: every byte comes through here */
    .xClose = faulty_close,
    .xRead = faulty_read,
    .xWrite = faulty_write,
    .xTruncate = faulty_truncate,
    .xSync = faulty_sync,
    .xFileSize = faulty_size,
    .xLock = faulty_lock,
    .xUnlock = faulty_unlock,
    .xCheckReservedLock = faulty_check_lock,
    .xFileControl = faulty_control,
    .xSectorSize = faulty_sector,
    .xDeviceCharacteristics = faulty_traits,
    .xShmMap = faulty_shm_map,
    .xShmLock = faulty_shm_lock,
    .xShmBarrier = faulty_shm_barrier,
    .xShmUnmap = faulty_shm_unmap,
};

static inline int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                              int *out)
{
    faulty_file *made = (faulty_file *)file;

    (void)vfs;
    file->pMethods = NULL;
    if (faulty_strikes(FAULTY_OPEN))
        return SQLITE_CANTOPEN;
    made->real = (sqlite3_file *)(made + 1);

    int code = faulty_real->xOpen(faulty_real, name, made->real, flags, out);

    if (code == SQLITE_OK)
        file->pMethods = &faulty_methods;
    return code;
}

static inline void faulty_install(void)
{
    static sqlite3_vfs shim;

    if (faulty_real)
        return;
    faulty_real = sqlite3_vfs_find(NULL);
    shim = *faulty_real;
    shim.zName = "faulty";
    shim.szOsFile = (int)sizeof(faulty_file) + faulty_real->szOsFile;
    shim.xOpen = faulty_open;
    if (sqlite3_vfs_register(&shim, 1) != SQLITE_OK)
        abort();
}

#endif
