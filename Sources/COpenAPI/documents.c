#include "documents.h"

// #embed is C23 and the compilers Swift comes with know it in every mode. A Swift array literal of this size would cost its
// compiler most of a minute; this costs nothing.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char intake[] = {
#embed "intake.json"
};

static const unsigned char kazoo[] = {
#embed "kazoo.json"
};

static const unsigned char p_series[] = {
#embed "p-series.json"
};

static const unsigned char s_series[] = {
#embed "s-series.json"
};

const unsigned char *aftertone_openapi_intake(size_t *size) {
    *size = sizeof intake;
    return intake;
}

const unsigned char *aftertone_openapi_kazoo(size_t *size) {
    *size = sizeof kazoo;
    return kazoo;
}

const unsigned char *aftertone_openapi_p_series(size_t *size) {
    *size = sizeof p_series;
    return p_series;
}

const unsigned char *aftertone_openapi_s_series(size_t *size) {
    *size = sizeof s_series;
    return s_series;
}
