#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stdint.h>

/* wcwidth, which the Glibc module does not show to Swift: the columns a terminal takes for a character, negative for one that
 * cannot be shown. Goes by the process's LC_CTYPE. */
int cterminal_columns(uint32_t scalar);

#endif
