#define _GNU_SOURCE
#include "CStreams.h"
#include <dlfcn.h>
#include <errno.h>
#include "../CRe/shim.h"

/* All of it on the loop's thread. */
static at_acceptor *gate;

void at_guard_streams(at_acceptor *acceptor) { gate = acceptor; }

int at_accept_stream(
    struct tcp_conn **connection, struct tcp_sock *listener, tcp_estab_h *established, tcp_recv_h *received, tcp_close_h *closed, void *arg) {
    static at_acceptor *own;
    if (!own) own = (at_acceptor *)dlsym(RTLD_NEXT, "tcp_accept");
    return own ? own(connection, listener, established, received, closed, arg) : ENOSYS;
}

int tcp_accept(
    struct tcp_conn **connection, struct tcp_sock *listener, tcp_estab_h *established, tcp_recv_h *received, tcp_close_h *closed, void *arg) {
    return (gate ? gate : at_accept_stream)(connection, listener, established, received, closed, arg);
}
