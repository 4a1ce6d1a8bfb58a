#include "pages.h"

// #embed is C23; the compilers that Swift comes with know it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bar_html[] = {
#embed "templates/bar.html"
};
static const unsigned char boxes_html[] = {
#embed "templates/boxes.html"
};
static const unsigned char console_html[] = {
#embed "templates/console.html"
};
static const unsigned char console_accounts_html[] = {
#embed "templates/console_accounts.html"
};
static const unsigned char console_groups_html[] = {
#embed "templates/console_groups.html"
};
static const unsigned char console_import_html[] = {
#embed "templates/console_import.html"
};
static const unsigned char console_keys_html[] = {
#embed "templates/console_keys.html"
};
static const unsigned char console_logins_html[] = {
#embed "templates/console_logins.html"
};
static const unsigned char console_mailboxes_html[] = {
#embed "templates/console_mailboxes.html"
};
static const unsigned char console_outbox_html[] = {
#embed "templates/console_outbox.html"
};
static const unsigned char console_overview_html[] = {
#embed "templates/console_overview.html"
};
static const unsigned char console_receivers_html[] = {
#embed "templates/console_receivers.html"
};
static const unsigned char console_rows_html[] = {
#embed "templates/console_rows.html"
};
static const unsigned char console_users_html[] = {
#embed "templates/console_users.html"
};
static const unsigned char days_html[] = {
#embed "templates/days.html"
};
static const unsigned char forgotten_html[] = {
#embed "templates/forgotten.html"
};
static const unsigned char help_html[] = {
#embed "templates/help.html"
};
static const unsigned char inbox_html[] = {
#embed "templates/inbox.html"
};
static const unsigned char layout_html[] = {
#embed "templates/layout.html"
};
static const unsigned char login_html[] = {
#embed "templates/login.html"
};
static const unsigned char message_html[] = {
#embed "templates/message.html"
};
static const unsigned char place_html[] = {
#embed "templates/place.html"
};
static const unsigned char plain_html[] = {
#embed "templates/plain.html"
};
static const unsigned char recordings_html[] = {
#embed "templates/recordings.html"
};
static const unsigned char reference_html[] = {
#embed "templates/reference.html"
};
static const unsigned char reset_html[] = {
#embed "templates/reset.html"
};
static const unsigned char search_html[] = {
#embed "templates/search.html"
};
static const unsigned char send_html[] = {
#embed "templates/send.html"
};
static const unsigned char sessions_html[] = {
#embed "templates/sessions.html"
};
static const unsigned char settings_html[] = {
#embed "templates/settings.html"
};
static const unsigned char setup_html[] = {
#embed "templates/setup.html"
};
static const unsigned char told_html[] = {
#embed "templates/told.html"
};
static const unsigned char zones_html[] = {
#embed "templates/zones.html"
};
static const unsigned char inbox_js[] = {
#embed "scripts/inbox.js"
};
static const unsigned char keys_js[] = {
#embed "scripts/keys.js"
};
static const unsigned char list_js[] = {
#embed "scripts/list.js"
};
static const unsigned char live_js[] = {
#embed "scripts/live.js"
};
static const unsigned char player_js[] = {
#embed "scripts/player.js"
};
static const unsigned char recorder_js[] = {
#embed "scripts/recorder.js"
};
static const unsigned char recordings_js[] = {
#embed "scripts/recordings.js"
};
static const unsigned char settings_js[] = {
#embed "scripts/settings.js"
};
static const unsigned char store_js[] = {
#embed "scripts/store.js"
};
static const unsigned char try_js[] = {
#embed "scripts/try.js"
};
static const unsigned char worklet_js[] = {
#embed "scripts/worklet.js"
};
static const unsigned char en_json[] = {
#embed "texts/en.json"
};
static const unsigned char es_json[] = {
#embed "texts/es.json"
};
static const unsigned char fr_json[] = {
#embed "texts/fr.json"
};
static const unsigned char it_json[] = {
#embed "texts/it.json"
};
static const unsigned char ru_json[] = {
#embed "texts/ru.json"
};
static const unsigned char icon_svg[] = {
#embed "icon.svg"
};
static const unsigned char style_css[] = {
#embed "style.css"
};

#define FILE_OF(name, bytes) {name, bytes, sizeof bytes}

static const struct aftertone_web_file files[] = {
    FILE_OF("bar.html", bar_html),
    FILE_OF("boxes.html", boxes_html),
    FILE_OF("console.html", console_html),
    FILE_OF("console_accounts.html", console_accounts_html),
    FILE_OF("console_groups.html", console_groups_html),
    FILE_OF("console_import.html", console_import_html),
    FILE_OF("console_keys.html", console_keys_html),
    FILE_OF("console_logins.html", console_logins_html),
    FILE_OF("console_mailboxes.html", console_mailboxes_html),
    FILE_OF("console_outbox.html", console_outbox_html),
    FILE_OF("console_overview.html", console_overview_html),
    FILE_OF("console_receivers.html", console_receivers_html),
    FILE_OF("console_rows.html", console_rows_html),
    FILE_OF("console_users.html", console_users_html),
    FILE_OF("days.html", days_html),
    FILE_OF("forgotten.html", forgotten_html),
    FILE_OF("help.html", help_html),
    FILE_OF("inbox.html", inbox_html),
    FILE_OF("layout.html", layout_html),
    FILE_OF("login.html", login_html),
    FILE_OF("message.html", message_html),
    FILE_OF("place.html", place_html),
    FILE_OF("plain.html", plain_html),
    FILE_OF("recordings.html", recordings_html),
    FILE_OF("reference.html", reference_html),
    FILE_OF("reset.html", reset_html),
    FILE_OF("search.html", search_html),
    FILE_OF("send.html", send_html),
    FILE_OF("sessions.html", sessions_html),
    FILE_OF("settings.html", settings_html),
    FILE_OF("setup.html", setup_html),
    FILE_OF("told.html", told_html),
    FILE_OF("zones.html", zones_html),
    FILE_OF("inbox.js", inbox_js),
    FILE_OF("keys.js", keys_js),
    FILE_OF("list.js", list_js),
    FILE_OF("live.js", live_js),
    FILE_OF("player.js", player_js),
    FILE_OF("recorder.js", recorder_js),
    FILE_OF("recordings.js", recordings_js),
    FILE_OF("settings.js", settings_js),
    FILE_OF("store.js", store_js),
    FILE_OF("try.js", try_js),
    FILE_OF("worklet.js", worklet_js),
    FILE_OF("en.json", en_json),
    FILE_OF("es.json", es_json),
    FILE_OF("fr.json", fr_json),
    FILE_OF("it.json", it_json),
    FILE_OF("ru.json", ru_json),
    FILE_OF("icon.svg", icon_svg),
    FILE_OF("style.css", style_css),
};

const struct aftertone_web_file *aftertone_web_files(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
