// What the machine tells of itself, and Swift's C library does not show.
#ifdef __linux__
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <link.h>
#include <stddef.h>
#include <sys/mman.h>
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

// Of one file that the process is made of: what may be run and not written. Its pages are the file's and come back from there.
static inline int cmachine_unmap_code_of(struct dl_phdr_info *file, size_t size, void *page_size) {
    size_t page = *(size_t *)page_size;
    (void)size;
    for (int index = 0; index < file->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &file->dlpi_phdr[index];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || (part->p_flags & PF_W)) continue;
        ElfW(Addr) start = (file->dlpi_addr + part->p_vaddr) & ~(ElfW(Addr))(page - 1);
        ElfW(Addr) end = file->dlpi_addr + part->p_vaddr + part->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

// Takes the code of the program and its libraries out of the process's memory, for as long as nobody runs it.
static inline void cmachine_unmap_code(size_t page_size) {
    dl_iterate_phdr(cmachine_unmap_code_of, &page_size);
}
#endif
