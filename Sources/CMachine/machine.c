#ifdef __linux__
#define _GNU_SOURCE
#include "CMachine.h"

#include <link.h>
#include <sys/mman.h>
#include <sys/timex.h>
#include <sys/vfs.h>

int cmachine_clock_is_kept(void) {
    struct timex state = {0};
    int answer = adjtimex(&state);
    if (answer < 0) return -1;
    return answer == TIME_ERROR || (state.status & STA_UNSYNC) ? 0 : 1;
}

unsigned int cmachine_filesystem(const char *path) {
    struct statfs state;
    return statfs(path, &state) == 0 ? (unsigned int)state.f_type : 0;
}

// Of one file that the process is made of: what may be run and not written. Its pages are the file's and come back from there.
static int unmap_code_of(struct dl_phdr_info *file, size_t size, void *page_size) {
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

void cmachine_unmap_code(size_t page_size) {
    dl_iterate_phdr(unmap_code_of, &page_size);
}
#endif
