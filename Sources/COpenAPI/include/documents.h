#ifndef AFTERTONE_OPENAPI_DOCUMENTS_H
#define AFTERTONE_OPENAPI_DOCUMENTS_H

#include <stddef.h>

/// The OpenAPI description of the KAZOO interface, compiled in so that the server stays one file.
/// Tells its size in bytes and returns its first byte; it lives as long as the process.
const unsigned char *aftertone_openapi_kazoo(size_t *size);

/// The same of the recording intake.
const unsigned char *aftertone_openapi_intake(size_t *size);

/// The same of the P-Series interface.
const unsigned char *aftertone_openapi_p_series(size_t *size);

/// The same of the S-Series interface.
const unsigned char *aftertone_openapi_s_series(size_t *size);

#endif
