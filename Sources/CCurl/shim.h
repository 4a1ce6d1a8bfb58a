#include <curl/curl.h>

// libcurl's setters take any number of arguments, which Swift cannot call: one function for each type of value.

static inline CURLcode aftertone_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode aftertone_curl_set_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode aftertone_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return (curl_easy_setopt)(handle, option, value);
}

// What is sent, and of which length: it is asked for piece by piece.
static inline CURLcode aftertone_curl_set_source(CURL *handle, curl_read_callback read, void *context, curl_off_t size) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_UPLOAD, 1L);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_READFUNCTION, read);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_READDATA, context);
    if (code == CURLE_OK) code = (curl_easy_setopt)(handle, CURLOPT_INFILESIZE_LARGE, size);
    return code;
}

static inline CURLcode aftertone_curl_connections(CURL *handle, long *count) {
    return (curl_easy_getinfo)(handle, CURLINFO_NUM_CONNECTS, count);
}

static inline CURLcode aftertone_curl_set_errors(CURL *handle, char *buffer) {
    return (curl_easy_setopt)(handle, CURLOPT_ERRORBUFFER, buffer);
}

static inline CURLcode aftertone_curl_response(CURL *handle, long *status) {
    return (curl_easy_getinfo)(handle, CURLINFO_RESPONSE_CODE, status);
}

// Without it what a server says would go to standard output.
static inline size_t aftertone_curl_ignore(char *data, size_t size, size_t count, void *context) {
    (void)data;
    (void)context;
    return size * count;
}

static inline CURLcode aftertone_curl_ignore_answers(CURL *handle) {
    return (curl_easy_setopt)(handle, CURLOPT_WRITEFUNCTION, aftertone_curl_ignore);
}
