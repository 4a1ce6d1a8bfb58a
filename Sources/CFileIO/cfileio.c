#define _GNU_SOURCE
#include "cfileio.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/fs.h>
#endif

int cfileio_direct_flag(void) {
#ifdef O_DIRECT
    return O_DIRECT;
#else
    return 0;
#endif
}

ssize_t cfileio_pread_cached(int descriptor, void *buffer, size_t count, off_t offset) {
#ifdef RWF_NOWAIT
    struct iovec piece = {.iov_base = buffer, .iov_len = count};
    return preadv2(descriptor, &piece, 1, offset, RWF_NOWAIT);
#else
    (void)descriptor, (void)buffer, (void)count, (void)offset;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

int cfileio_start_writeback(int descriptor) {
#ifdef SYNC_FILE_RANGE_WRITE
    return sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)descriptor;
    return 0;
#endif
}

int cfileio_sync_filesystem(int descriptor) {
#ifdef __linux__
    return syncfs(descriptor);
#else
    (void)descriptor;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

int cfileio_spread_subdirectories(const char *path) {
#ifdef FS_TOPDIR_FL
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), flags = 0;
    if (descriptor < 0) return -1;
    int result = ioctl(descriptor, FS_IOC_GETFLAGS, &flags);
    if (result == 0 && !(flags & FS_TOPDIR_FL)) {
        flags |= FS_TOPDIR_FL;
        result = ioctl(descriptor, FS_IOC_SETFLAGS, &flags);
    }
    close(descriptor);
    return result == 0 ? 0 : -1;
#else
    (void)path;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

const char *cfileio_next_name(DIR *directory) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    return entry ? entry->d_name : NULL;
}

int cfileio_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

static int descriptors(posix_spawn_file_actions_t *actions, const char *directory, const int given[3]) {
    int code = directory ? posix_spawn_file_actions_addchdir_np(actions, directory) : 0;
    for (int number = 0; number < 3 && code == 0; number++) {
        code = given[number] >= 0 ? posix_spawn_file_actions_adddup2(actions, given[number], number)
                                  : posix_spawn_file_actions_addopen(actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0);
    }
    return code ? code : posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

static int signals(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (code == 0) code = posix_spawnattr_setsigmask(attributes, &none);
    return code ? code : posix_spawnattr_setsigdefault(attributes, &all);
}

int cfileio_spawn(
    pid_t *id, const char *program, char *const arguments[], char *const environment[], const char *directory, int input, int output, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code) return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        const int given[3] = {input, output, errors};
        code = descriptors(&actions, directory, given);
        if (code == 0) code = signals(&attributes);
        if (code == 0) code = posix_spawnp(id, program, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int cfileio_open_process(pid_t id) { return (int)syscall(SYS_pidfd_open, id, 0); }
