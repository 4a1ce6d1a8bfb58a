#define _XOPEN_SOURCE 700
#include "cterminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

int cterminal_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

/* A handler in Swift could take locks of its runtime, so this one is here. */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN};
enum { end_count = sizeof ends / sizeof *ends };
static struct sigaction before[end_count];
static struct termios shown, hidden;
static int hidden_terminal = -1;
static sigset_t mask_before;

/* In the background the terminal is somebody else's: his typing would be hidden. */
static void show_as(const struct termios *look) {
    pid_t front = tcgetpgrp(hidden_terminal);
    /* Of a terminal that controls no session there is no background. */
    if (front == getpgrp() || front < 0) tcsetattr(hidden_terminal, TCSANOW, look);
}

static void put_back(int number) {
    int code = errno;
    show_as(&shown);
    struct sigaction standard = {.sa_handler = SIG_DFL}, own;
    sigaction(number, &standard, &own);
    /* It is let through here and does what it does by itself: nothing below is reached but after a stop. */
    sigset_t one, blocked;
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &one, &blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    sigaction(number, &own, NULL);
    show_as(&hidden);
    errno = code;
}

/* No signal comes between the steps of hiding and showing. */
static sigset_t hold_signals(void) {
    sigset_t all, blocked;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &blocked);
    return blocked;
}

void cterminal_hide_typing(int terminal) {
    if (tcgetattr(terminal, &shown) != 0) return;
    sigset_t blocked = hold_signals();
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden_terminal = terminal;
    struct sigaction own = {.sa_handler = put_back, .sa_flags = SA_RESTART};
    sigfillset(&own.sa_mask);
    for (size_t index = 0; index < end_count; index++) {
        sigaction(ends[index], NULL, &before[index]);
        /* What is ignored, as under nohup, stays so. */
        if (before[index].sa_handler != SIG_IGN) sigaction(ends[index], &own, NULL);
    }
    show_as(&hidden);
    /* The caller's thread may block every signal, as those of a pool do. Then reading in the background would fail, and not stop. */
    mask_before = blocked;
    sigdelset(&blocked, SIGTTIN);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
}

void cterminal_show_typing(void) {
    if (hidden_terminal < 0) return;
    hold_signals();
    show_as(&shown);
    for (size_t index = 0; index < end_count; index++) {
        if (before[index].sa_handler != SIG_IGN) sigaction(ends[index], &before[index], NULL);
    }
    hidden_terminal = -1;
    pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
}
