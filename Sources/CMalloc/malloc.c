#ifdef __linux__
#include "CMalloc.h"

#include <jemalloc/jemalloc.h>
#include <stddef.h>

// jemalloc reads its settings here, before anything of the program runs.
// Two arenas: threads that mostly wait need no more, and each keeps free memory of its own. A second after memory was last wanted it goes back,
// by a thread of jemalloc's, so that who frees it does not wait.
const char *malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:true";

void cmalloc_purge(void) {
    // "arena.<all>.purge", whose number is MALLCTL_ARENAS_ALL.
    size_t place[3], length = sizeof place / sizeof *place;
    if (mallctlnametomib("arena.0.purge", place, &length) != 0) return;
    place[1] = MALLCTL_ARENAS_ALL;
    mallctlbymib(place, length, NULL, NULL, NULL, 0);
}
#endif
