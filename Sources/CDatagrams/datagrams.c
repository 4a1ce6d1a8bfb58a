#define _GNU_SOURCE
#include "CDatagrams.h"

#ifdef __linux__
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

union note {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(struct timespec))];
};

struct cdatagrams_inbox {
    struct mmsghdr heads[CDATAGRAMS_BATCH];
    struct iovec spaces[CDATAGRAMS_BATCH];
    struct sockaddr_storage sources[CDATAGRAMS_BATCH];
    union note notes[CDATAGRAMS_BATCH];
    // One more byte than is taken shows what is longer.
    uint8_t bytes[CDATAGRAMS_BATCH][CDATAGRAMS_LONGEST + 1];
};

struct cdatagrams_inbox *cdatagrams_inbox_new(void) {
    struct cdatagrams_inbox *inbox = calloc(1, sizeof *inbox);
    for (int index = 0; inbox && index < CDATAGRAMS_BATCH; index++) {
        inbox->spaces[index] = (struct iovec){.iov_base = inbox->bytes[index], .iov_len = sizeof inbox->bytes[index]};
        inbox->heads[index].msg_hdr = (struct msghdr){
            .msg_name = &inbox->sources[index], .msg_iov = &inbox->spaces[index], .msg_iovlen = 1, .msg_control = &inbox->notes[index]};
    }
    return inbox;
}

void cdatagrams_note_times(int descriptor) {
    int on = 1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

int cdatagrams_take(int descriptor, struct cdatagrams_inbox *inbox) {
    for (int index = 0; index < CDATAGRAMS_BATCH; index++) {
        // The kernel writes over these.
        inbox->heads[index].msg_hdr.msg_namelen = sizeof inbox->sources[index];
        inbox->heads[index].msg_hdr.msg_controllen = sizeof inbox->notes[index];
    }
    int count = recvmmsg(descriptor, inbox->heads, CDATAGRAMS_BATCH, MSG_DONTWAIT, NULL);
    return count < 0 ? 0 : count;
}

uint8_t *cdatagrams_bytes(struct cdatagrams_inbox *inbox, int index, size_t *size) {
    *size = inbox->heads[index].msg_len;
    return *size > CDATAGRAMS_LONGEST ? NULL : inbox->bytes[index];
}

const void *cdatagrams_source(const struct cdatagrams_inbox *inbox, int index) { return &inbox->sources[index]; }

uint64_t cdatagrams_came(struct cdatagrams_inbox *inbox, int index) {
    struct timespec time;
    struct cmsghdr *note = CMSG_FIRSTHDR(&inbox->heads[index].msg_hdr);
    if (note && note->cmsg_level == SOL_SOCKET && note->cmsg_type == SO_TIMESTAMPNS) {
        memcpy(&time, CMSG_DATA(note), sizeof time);
    } else if (clock_gettime(CLOCK_REALTIME, &time) != 0) {
        return 0;
    }
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}
#endif
