// What the machine tells of itself, and Swift's C library does not show.
#ifdef __linux__
#include <sys/timex.h>
#include <sys/vfs.h>

// 1 when something keeps the clock right, 0 when nothing does as far as the system knows, -1 when it does not tell.
static inline int cmachine_clock_is_kept(void) {
    struct timex state = {0};
    int answer = adjtimex(&state);
    if (answer < 0) return -1;
    return answer == TIME_ERROR || (state.status & STA_UNSYNC) ? 0 : 1;
}

// The number of a file system's kind; 0 when the system does not tell.
static inline unsigned int cmachine_filesystem(const char *path) {
    struct statfs state;
    return statfs(path, &state) == 0 ? (unsigned int)state.f_type : 0;
}
#endif
