#define _XOPEN_SOURCE 700
#include "cterminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <wchar.h>

int cterminal_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

/* A handler in Swift could take locks of its runtime, so this one is here. */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { end_count = sizeof ends / sizeof *ends };
static struct sigaction before[end_count];
static struct termios shown, hidden;
static int hidden_terminal = -1;

static void put_back(int number) {
    int code = errno;
    tcsetattr(hidden_terminal, TCSANOW, &shown);
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
    tcsetattr(hidden_terminal, TCSANOW, &hidden);
    errno = code;
}

void cterminal_hide_typing(int terminal) {
    if (tcgetattr(terminal, &shown) != 0) return;
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
    tcsetattr(terminal, TCSANOW, &hidden);
}

void cterminal_show_typing(void) {
    if (hidden_terminal < 0) return;
    tcsetattr(hidden_terminal, TCSANOW, &shown);
    for (size_t index = 0; index < end_count; index++) {
        if (before[index].sa_handler != SIG_IGN) sigaction(ends[index], &before[index], NULL);
    }
    hidden_terminal = -1;
}
