#ifndef AFTERTONE_WEB_PAGES_H
#define AFTERTONE_WEB_PAGES_H

#include <stddef.h>

// What the web page is made of, compiled in so that the server stays one file. Each tells its size in bytes and returns its first byte; it
// lives as long as the process.

/// Templates of pages, and of what several pages share.
const unsigned char *aftertone_web_layout(size_t *size);
const unsigned char *aftertone_web_login(size_t *size);
const unsigned char *aftertone_web_bar(size_t *size);
const unsigned char *aftertone_web_boxes(size_t *size);
const unsigned char *aftertone_web_inbox(size_t *size);
const unsigned char *aftertone_web_message(size_t *size);
const unsigned char *aftertone_web_told(size_t *size);
const unsigned char *aftertone_web_plain(size_t *size);
const unsigned char *aftertone_web_settings(size_t *size);
const unsigned char *aftertone_web_help(size_t *size);
const unsigned char *aftertone_web_search(size_t *size);

/// The style sheet and the icon.
const unsigned char *aftertone_web_style(size_t *size);
const unsigned char *aftertone_web_icon(size_t *size);

/// The modules of the list of messages.
const unsigned char *aftertone_web_inbox_js(size_t *size);
const unsigned char *aftertone_web_keys_js(size_t *size);
const unsigned char *aftertone_web_player_js(size_t *size);

/// What pages say in English, Spanish, French, Italian and Russian, as JSON.
const unsigned char *aftertone_web_en(size_t *size);
const unsigned char *aftertone_web_es(size_t *size);
const unsigned char *aftertone_web_fr(size_t *size);
const unsigned char *aftertone_web_it(size_t *size);
const unsigned char *aftertone_web_ru(size_t *size);

#endif
