/* What the SIP module needs of libre that the importer cannot see by itself: the defines that the library was built with, and functions with a
 * fixed number of arguments for those that have a variable one. */
#pragma once
#define HAVE_INTTYPES_H 1
#define HAVE_STDBOOL_H 1
#define HAVE_INET6 1
#ifndef RELEASE
#define RELEASE 1 /* otherwise inline functions on buffers contain breakpoints */
#endif
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <re/re.h>
#define DEBUG_MODULE "aftertone"
#define DEBUG_LEVEL 0
#include <re/re_dbg.h>

/* The library's own lines on standard error: none. */
static inline void at_drop_line(int level, const char *text, size_t size, void *arg) {
    (void)level, (void)text, (void)size, (void)arg;
}

static inline void at_be_quiet(void) {
    dbg_init(DBG_EMERG, DBG_NONE);
    dbg_handler_set(at_drop_line, NULL);
}

/* tls: NULL where the transport is none of TLS. */
static inline int at_transport_add(struct sip *sip, enum sip_transp transport, const struct sa *address, struct tls *tls) {
    return sip_transp_add(sip, transport, address, tls);
}

/* Without a place for the listener: libre would keep the address of that place, and write to it when the listener goes. It goes with the stack. */
static inline int at_listen(struct sip *sip, sip_msg_h *handler, void *arg) { return sip_listen(NULL, sip, true, handler, arg); }

static inline int at_accept(
    struct sipsess **session, struct sipsess_sock *sock, const struct sip_msg *msg, uint16_t code, const char *reason, const char *user,
    sipsess_offer_h *offer, sipsess_answer_h *answer, sipsess_estab_h *established, sipsess_info_h *info, sipsess_close_h *close, void *arg) {
    return sipsess_accept(
        session, sock, msg, code, reason, user, "application/sdp", NULL, NULL, NULL, false, offer, answer, established, info, NULL, close, arg, NULL);
}

static inline int at_answer(struct sipsess *session, struct mbuf *description) {
    return sipsess_answer(session, 200, "OK", description, NULL);
}

/* headers: complete lines, each with CRLF. */
static inline int at_reject(struct sipsess *session, uint16_t code, const char *reason, const char *headers) {
    return sipsess_reject(session, code, reason, "%sContent-Length: 0\r\n\r\n", headers);
}

static inline int at_reply(struct sip *sip, const struct sip_msg *msg, uint16_t code, const char *reason, const char *headers) {
    return sip_treplyf(NULL, NULL, sip, msg, false, code, reason, "%sContent-Length: 0\r\n\r\n", headers);
}

/* Nothing is remembered of it, and it is sent once (RFC 3261 §8.2.7). */
static inline int at_reply_once(struct sip *sip, const struct sip_msg *msg, uint64_t tag, uint16_t code, const char *reason, const char *headers) {
    struct sip_msg once = *msg;
    once.tag = tag;
    return sip_replyf(sip, &once, code, reason, "%sContent-Length: 0\r\n\r\n", headers);
}

static inline int at_reply_body(
    struct sip *sip, const struct sip_msg *msg, uint16_t code, const char *reason, const char *headers, const uint8_t *body, size_t size) {
    return sip_treplyf(NULL, NULL, sip, msg, false, code, reason, "%sContent-Length: %zu\r\n\r\n%b", headers, size, body, size);
}

/* headers: complete lines, each with CRLF. */
static inline int at_ask(struct sip *sip, struct sipsess *session, const char *method, const char *headers, sip_resp_h *response, void *arg) {
    return sip_drequestf(
        NULL, sip, true, method, sipsess_dialog(session), 0, NULL, NULL, response, arg, "%sContent-Length: 0\r\n\r\n", headers);
}

/* Outside of any call. hop: the URI of where it goes; headers: all of them with the empty line after them, but for what send adds. */
static inline int at_request(
    struct sip *sip, const char *method, const char *uri, const char *hop, const char *headers, sip_send_h *send, sip_resp_h *response, void *arg) {
    struct uri route;
    struct pl text;
    pl_set_str(&text, hop);
    int error = uri_decode(&route, &text);
    return error ? error : sip_requestf(NULL, sip, true, method, uri, &route, NULL, send, response, arg, "%s", headers);
}

static inline int at_format_add(struct sdp_media *media, const char *id, const char *name, uint32_t rate, uint8_t channels, const char *parameters) {
    return parameters ? sdp_format_add(NULL, media, false, id, name, rate, channels, NULL, NULL, NULL, false, "%s", parameters)
                      : sdp_format_add(NULL, media, false, id, name, rate, channels, NULL, NULL, NULL, false, NULL);
}

static inline int at_media_attribute(struct sdp_media *media, const char *name, const char *value) {
    return sdp_media_set_lattr(media, true, name, "%s", value);
}

static inline void at_media_attribute_remove(struct sdp_media *media, const char *name) { sdp_media_del_lattr(media, name); }

/* Which profiles are taken beside the one that is offered: plain ones, encrypted ones. */
static inline int at_media_profiles(struct sdp_media *media, bool plain, bool encrypted) {
    if (plain && encrypted) return sdp_media_set_alt_protos(media, 4, "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF");
    return encrypted ? sdp_media_set_alt_protos(media, 2, "RTP/SAVP", "RTP/SAVPF") : sdp_media_set_alt_protos(media, 2, "RTP/AVP", "RTP/AVPF");
}

/* A message as it came, from its first letter to the end of its body; NULL where there is none. */
static inline const uint8_t *at_message_text(const struct sip_msg *msg, size_t *size) {
    *size = 0;
    const char *line = !msg ? NULL : msg->req ? msg->met.p : msg->ver.p;
    if (!line || !msg->mb || !msg->mb->buf) return NULL;
    const uint8_t *start = (const uint8_t *)line, *first = msg->mb->buf, *end = msg->mb->buf + msg->mb->end;
    if (start < first || start > end) return NULL;
    *size = (size_t)(end - start);
    return start;
}

/* What of a buffer is still to be read; NULL where nothing is. */
static inline const uint8_t *at_rest(const struct mbuf *buffer, size_t *size) {
    *size = 0;
    if (!buffer || !buffer->buf || buffer->end <= buffer->pos || buffer->end > buffer->size) return NULL;
    *size = buffer->end - buffer->pos;
    return buffer->buf + buffer->pos;
}

/* Of CStreams, which stands between libre and the connections that it takes. */
typedef int at_acceptor(
    struct tcp_conn **connection, struct tcp_sock *listener, tcp_estab_h *established, tcp_recv_h *received, tcp_close_h *closed, void *arg);

/* Has the acceptor take connections from now on. */
void at_guard_streams(at_acceptor *acceptor);

/* As libre does it. */
int at_accept_stream(
    struct tcp_conn **connection, struct tcp_sock *listener, tcp_estab_h *established, tcp_recv_h *received, tcp_close_h *closed, void *arg);
