// What the machine tells of itself, and Swift's C library does not show. No header of the system's stands here: two modules that see one of them
// with other macros do not go together.
#pragma once

#ifdef __linux__
#include <stddef.h>

/// 1 when something keeps the clock right, 0 when nothing does as far as the system knows, -1 when it does not tell.
int cmachine_clock_is_kept(void);

/// The number of a file system's kind; 0 when the system does not tell.
unsigned int cmachine_filesystem(const char *path);

/// Takes the code of the program and its libraries out of the process's memory, for as long as nobody runs it.
void cmachine_unmap_code(size_t page_size);
#endif
