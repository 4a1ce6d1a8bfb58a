#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stdint.h>

/* wcwidth, which the Glibc module does not show to Swift: the columns a terminal takes for a character, negative for one that
 * cannot be shown. Goes by the process's LC_CTYPE. */
int cterminal_columns(uint32_t scalar);

/* Stops a terminal from showing what is typed, until cterminal_show_typing. A signal that ends the program meanwhile, or stops it as Ctrl-Z
 * does, has the terminal put back first, whichever thread it comes to. One caller at a time, and one thread
 * until it is shown again. */
void cterminal_hide_typing(int terminal);
void cterminal_show_typing(void);

#endif
