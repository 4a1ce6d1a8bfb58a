// The allocator: jemalloc takes the place of the C library's for the whole program.
#pragma once

#ifdef __linux__
/// Hands what is free in the allocator to the system.
void cmalloc_purge(void);
#endif
