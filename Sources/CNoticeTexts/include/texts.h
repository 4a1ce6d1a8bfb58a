#ifndef AFTERTONE_NOTICE_TEXTS_H
#define AFTERTONE_NOTICE_TEXTS_H

#include <stddef.h>

/// What mails say in English, as JSON, compiled in so that the server stays one file.
/// Tells its size in bytes and returns its first byte; it lives as long as the process.
const unsigned char *aftertone_notices_en(size_t *size);

/// The same in Spanish.
const unsigned char *aftertone_notices_es(size_t *size);

/// The same in French.
const unsigned char *aftertone_notices_fr(size_t *size);

/// The same in Italian.
const unsigned char *aftertone_notices_it(size_t *size);

/// The same in Russian.
const unsigned char *aftertone_notices_ru(size_t *size);

#endif
