#include "texts.h"

// #embed is C23; the compilers that Swift comes with know it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char en[] = {
#embed "en.json"
};

static const unsigned char es[] = {
#embed "es.json"
};

static const unsigned char fr[] = {
#embed "fr.json"
};

static const unsigned char it[] = {
#embed "it.json"
};

static const unsigned char ru[] = {
#embed "ru.json"
};

const unsigned char *aftertone_notices_en(size_t *size) {
    *size = sizeof en;
    return en;
}

const unsigned char *aftertone_notices_es(size_t *size) {
    *size = sizeof es;
    return es;
}

const unsigned char *aftertone_notices_fr(size_t *size) {
    *size = sizeof fr;
    return fr;
}

const unsigned char *aftertone_notices_it(size_t *size) {
    *size = sizeof it;
    return it;
}

const unsigned char *aftertone_notices_ru(size_t *size) {
    *size = sizeof ru;
    return ru;
}
