#ifndef AFTERTONE_WEB_PAGES_H
#define AFTERTONE_WEB_PAGES_H

#include <stddef.h>

/// A file that the web page is made of, compiled in so that the server stays one file. It lives as long as the process.
struct aftertone_web_file {
    /// As it is called here, such as `login.html`: a template, a module, the style sheet, the icon, or what pages say in a language.
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/// All of them; tells how many there are.
const struct aftertone_web_file *aftertone_web_files(size_t *count);

#endif
