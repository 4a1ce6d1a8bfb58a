#ifndef CFILEIO_H
#define CFILEIO_H

#include <dirent.h>
#include <sys/types.h>

/* System calls that Swift's C library does not show, or that Swift cannot make safely. */

/* The flag of fcntl(F_SETFL) for writes that bypass the page cache; 0 where there is none. Its value
 * differs between processors, so it cannot be written down in Swift. */
int cfileio_direct_flag(void);

/* pread of bytes that are in memory already. Fails with EAGAIN instead of waiting for the device, and
 * with EOPNOTSUPP where the file system cannot tell. May return fewer bytes than asked for. */
ssize_t cfileio_pread_cached(int descriptor, void *buffer, size_t count, off_t offset);

/* Starts writing out what is dirty, without waiting. Promises nothing: only a sync does. */
int cfileio_start_writeback(int descriptor);

/* Makes all that is dirty of the file system that a file is on survive power loss. */
int cfileio_sync_filesystem(int descriptor);

/* Says that the subdirectories that a directory will get have nothing to do with one another, so that a file system that places things near each
 * other spreads them. Returns 0, or -1 where the file system knows no such thing. */
int cfileio_spread_subdirectories(const char *path);

/* The name of the next entry of a directory, good until the next call; NULL at the end, and with errno set when reading fails. An entry
 * is as long as its name, so Swift, which knows the structure in its full length only, must not touch it. */
const char *cfileio_next_name(DIR *directory);

/* A pipe whose ends no other program gets: ends[0] is read, ends[1] written. Returns 0 or -1. */
int cfileio_pipe(int ends[2]);

/* Starts a program, looked for on the path unless it is named with a slash, with an argument vector and an environment that end with NULL.
 * It gets the three descriptors given, /dev/null for each that is negative, and no other; no signal is blocked or ignored in it.
 * directory is where it runs, NULL for the caller's own. Returns 0 or an error number. */
int cfileio_spawn(
    pid_t *id, const char *program, char *const arguments[], char *const environment[], const char *directory, int input, int output, int errors);

/* A descriptor that is readable once a child has ended; -1 on failure. */
int cfileio_open_process(pid_t id);

#endif
