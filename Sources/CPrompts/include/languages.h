#ifndef AFTERTONE_PROMPTS_LANGUAGES_H
#define AFTERTONE_PROMPTS_LANGUAGES_H

#include <stddef.h>

/// How English says the telephone's phrases, as JSON, compiled in so that the server stays one file.
/// Tells its size in bytes and returns its first byte; it lives as long as the process.
const unsigned char *aftertone_prompts_en(size_t *size);

/// The same of Spanish.
const unsigned char *aftertone_prompts_es(size_t *size);

/// The same of French.
const unsigned char *aftertone_prompts_fr(size_t *size);

/// The same of Italian.
const unsigned char *aftertone_prompts_it(size_t *size);

/// The same of Russian.
const unsigned char *aftertone_prompts_ru(size_t *size);

#endif
