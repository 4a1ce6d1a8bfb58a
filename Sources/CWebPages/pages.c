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

static const unsigned char help[] = {
#embed "help.html"
};

static const unsigned char search[] = {
#embed "search.html"
};

static const unsigned char inbox_js[] = {
#embed "inbox.js"
};

static const unsigned char keys_js[] = {
#embed "keys.js"
};

static const unsigned char player_js[] = {
#embed "player.js"
};

static const unsigned char settings[] = {
#embed "settings.html"
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

const unsigned char *aftertone_web_help(size_t *size) {
    *size = sizeof help;
    return help;
}

const unsigned char *aftertone_web_search(size_t *size) {
    *size = sizeof search;
    return search;
}

const unsigned char *aftertone_web_inbox_js(size_t *size) {
    *size = sizeof inbox_js;
    return inbox_js;
}

const unsigned char *aftertone_web_keys_js(size_t *size) {
    *size = sizeof keys_js;
    return keys_js;
}

const unsigned char *aftertone_web_player_js(size_t *size) {
    *size = sizeof player_js;
    return player_js;
}

const unsigned char *aftertone_web_settings(size_t *size) {
    *size = sizeof settings;
    return settings;
}
