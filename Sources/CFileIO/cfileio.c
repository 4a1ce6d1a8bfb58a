#define _GNU_SOURCE
#include "cfileio.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>

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
