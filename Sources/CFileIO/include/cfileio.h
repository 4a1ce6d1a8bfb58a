#ifndef CFILEIO_H
#define CFILEIO_H

#include <sys/types.h>

/* Three Linux calls that the Glibc module does not show to Swift, because they are GNU extensions. */

/* The flag of fcntl(F_SETFL) for writes that bypass the page cache; 0 where there is none. Its value
 * differs between processors, so it cannot be written down in Swift. */
int cfileio_direct_flag(void);

/* pread of bytes that are in memory already. Fails with EAGAIN instead of waiting for the device, and
 * with EOPNOTSUPP where the file system cannot tell. May return fewer bytes than asked for. */
ssize_t cfileio_pread_cached(int descriptor, void *buffer, size_t count, off_t offset);

/* Starts writing out what is dirty, without waiting. Promises nothing: only a sync does. */
int cfileio_start_writeback(int descriptor);

#endif
