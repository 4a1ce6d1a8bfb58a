#pragma once
#include <opus/opus.h>

/* How hard the encoder tries, 0 to 10. */
static inline int at_opus_set_complexity(OpusEncoder *encoder, int complexity) { return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity)); }
