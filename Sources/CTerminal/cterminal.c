#define _XOPEN_SOURCE 700
#include "cterminal.h"

#include <wchar.h>

int cterminal_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
