/* The GNU C library's allocator settings, which its Swift module leaves out. */
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif
