#include "pages.h"

// #embed is C23; the compilers that Swift comes with know it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char layout[] = {
#embed "layout.html"
};

static const unsigned char login[] = {
#embed "login.html"
};

static const unsigned char bar[] = {
#embed "bar.html"
};

static const unsigned char boxes[] = {
#embed "boxes.html"
};

static const unsigned char inbox[] = {
#embed "inbox.html"
};

static const unsigned char message[] = {
#embed "message.html"
};

static const unsigned char told[] = {
#embed "told.html"
};

static const unsigned char plain[] = {
#embed "plain.html"
};

static const unsigned char style[] = {
#embed "style.css"
};

static const unsigned char icon[] = {
#embed "icon.svg"
};

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

const unsigned char *aftertone_web_layout(size_t *size) {
    *size = sizeof layout;
    return layout;
}

const unsigned char *aftertone_web_login(size_t *size) {
    *size = sizeof login;
    return login;
}

const unsigned char *aftertone_web_bar(size_t *size) {
    *size = sizeof bar;
    return bar;
}

const unsigned char *aftertone_web_boxes(size_t *size) {
    *size = sizeof boxes;
    return boxes;
}

const unsigned char *aftertone_web_inbox(size_t *size) {
    *size = sizeof inbox;
    return inbox;
}

const unsigned char *aftertone_web_message(size_t *size) {
    *size = sizeof message;
    return message;
}

const unsigned char *aftertone_web_told(size_t *size) {
    *size = sizeof told;
    return told;
}

const unsigned char *aftertone_web_plain(size_t *size) {
    *size = sizeof plain;
    return plain;
}

const unsigned char *aftertone_web_style(size_t *size) {
    *size = sizeof style;
    return style;
}

const unsigned char *aftertone_web_icon(size_t *size) {
    *size = sizeof icon;
    return icon;
}

const unsigned char *aftertone_web_en(size_t *size) {
    *size = sizeof en;
    return en;
}

const unsigned char *aftertone_web_es(size_t *size) {
    *size = sizeof es;
    return es;
}

const unsigned char *aftertone_web_fr(size_t *size) {
    *size = sizeof fr;
    return fr;
}

const unsigned char *aftertone_web_it(size_t *size) {
    *size = sizeof it;
    return it;
}

const unsigned char *aftertone_web_ru(size_t *size) {
    *size = sizeof ru;
    return ru;
}
