// Many datagrams by one request to the kernel, and when each came. No header of the system's stands here: two modules that see one of them with other
// macros do not go together.
#pragma once

#ifdef __linux__
#include <stddef.h>
#include <stdint.h>

/// Datagrams that are taken at once, at most.
#define CDATAGRAMS_BATCH 8
/// Bytes of one; longer ones are passed over.
#define CDATAGRAMS_LONGEST 2048

/// Room for what is taken. Used over and over, by one thread at a time.
struct cdatagrams_inbox;

/// NULL where there is no memory for it.
struct cdatagrams_inbox *cdatagrams_inbox_new(void);

/// From now on the kernel notes when each datagram came. Otherwise they have come when they are taken.
void cdatagrams_note_times(int descriptor);

/// Takes what has come, without waiting for more.
/// - Returns: how many; 0 for none, or where the socket is of no use.
int cdatagrams_take(int descriptor, struct cdatagrams_inbox *inbox);

/// One that was taken.
/// - Returns: NULL where it was too long.
uint8_t *cdatagrams_bytes(struct cdatagrams_inbox *inbox, int index, size_t *size);
/// Its sender's address, as sockets have it.
const void *cdatagrams_source(const struct cdatagrams_inbox *inbox, int index);
/// Milliseconds since 1970.
uint64_t cdatagrams_came(struct cdatagrams_inbox *inbox, int index);
#endif
