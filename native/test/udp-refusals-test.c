// Tests the queue when runs are refused, with real sockets on this machine.
#define _GNU_SOURCE
#include <errno.h>

#include "../udp-queue/refusals.h"
#include "queue-setting.h"

static void keeps_order_without_kernel(void) {
  faults.probe_error = ENOPROTOOPT;
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  for (int i = 0; i < 3; i++) {
    add_frame(queue, fd, &receiver);
    udp_queue_flush(queue);
    expect_frame(&receiver);
  }
  CHECK_EQUAL(faults.runs, 0);
  CHECK_EQUAL(faults.singles, 3 * FRAME);
  CHECK_EQUAL(warnings, 1);
  udp_queue_free(queue);
}

static void switched_off(void) {
  UdpQueue *queue = create_switched_off();
  const Receiver receiver = receiver_open(AF_INET);
  add_frame(queue, open_sender(AF_INET), &receiver);
  udp_queue_flush(queue);
  expect_frame(&receiver);
  CHECK_EQUAL(faults.runs, 0);
  CHECK_EQUAL(warnings, 0);
  udp_queue_free(queue);
}

// If a socket can't send runs, its datagrams are sent one by one for ten minutes.
static void refuse_socket(int error, size_t size) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  faults.run_error = error;
  for (int turn = 0; turn < 3; turn++) {
    for (uint32_t i = 0; i < FRAME; i++) add(queue, fd, &receiver, i, size);
    udp_queue_flush(queue);
    for (uint32_t i = 0; i < FRAME; i++) receiver_expect(&receiver, i, size);
  }
  CHECK_EQUAL(faults.runs, 1);
  CHECK_EQUAL(warnings, 1);
  CHECK_EQUAL(counters.refused_sockets, 1);
  // Another socket is not affected.
  uint8_t bytes[80] = {0x80};
  const struct iovec part = {bytes, sizeof bytes};
  for (int i = 0; i < 2; i++)
    CHECK(udp_queue_add(queue, &(UdpTarget){&socket_b, fd, &receiver.address.any}, &part, 1));
  faults.run_error = 0;
  udp_queue_flush(queue);
  CHECK_EQUAL(faults.runs, 2);
  for (int i = 0; i < 2; i++) CHECK_EQUAL(receiver_take(&receiver, bytes, sizeof bytes), 80);
  // After that time, a run is tried again.
  faults.seconds = REFUSAL_SECONDS + 1;
  for (uint32_t i = 0; i < FRAME; i++) add(queue, fd, &receiver, i, size);
  udp_queue_flush(queue);
  for (uint32_t i = 0; i < FRAME; i++) receiver_expect(&receiver, i, size);
  CHECK_EQUAL(faults.runs, 3);
  udp_queue_free(queue);
}

static void falls_back_eio(void) { refuse_socket(EIO, SIZE); }
static void falls_back_eopnotsupp(void) { refuse_socket(EOPNOTSUPP, SIZE); }
static void falls_back_enoprotoopt(void) { refuse_socket(ENOPROTOOPT, SIZE); }
// The segments are too small to exceed any path's MTU.
static void falls_back_einval(void) { refuse_socket(EINVAL, 200); }

// If segments exceed a path's MTU, only that address is affected, and only segments of that size.
static void refuse_size(int error) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  faults.run_error = error;
  faults.run_segment = 1000;
  for (int turn = 0; turn < 3; turn++) {
    add_frame(queue, fd, &receiver);
    udp_queue_flush(queue);
    expect_frame(&receiver);
  }
  CHECK_EQUAL(faults.runs, 1);
  CHECK_EQUAL(warnings, 0);
  CHECK_EQUAL(counters.refused_sizes, 1);
  for (uint32_t i = 0; i < FRAME; i++) add(queue, fd, &receiver, i, 900);
  udp_queue_flush(queue);
  for (uint32_t i = 0; i < FRAME; i++) receiver_expect(&receiver, i, 900);
  CHECK_EQUAL(faults.runs, 2);
  // Another address of this machine.
  Receiver elsewhere = receiver;
  elsewhere.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
  add_frame(queue, fd, &elsewhere);
  udp_queue_flush(queue);
  CHECK_EQUAL(faults.runs, 3);
  faults.seconds = REFUSAL_SECONDS + 1;
  add_frame(queue, fd, &receiver);
  udp_queue_flush(queue);
  CHECK_EQUAL(faults.runs, 4);
  udp_queue_free(queue);
}

static void remembers_einval(void) { refuse_size(EINVAL); }
static void remembers_emsgsize(void) { refuse_size(EMSGSIZE); }

static void refuses_all_sockets(void) {
  enum { SOCKETS = REFUSED_SOCKETS + 1 };
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  char sockets[SOCKETS + 1];
  uint8_t bytes[80] = {0x80};
  const struct iovec part = {bytes, sizeof bytes};
  faults.run_error = EIO;
  for (int turn = 0; turn < 2; turn++)
    for (int i = 0; i < SOCKETS + turn; i++) {
      const UdpTarget target = {&sockets[i], fd, &receiver.address.any};
      for (int k = 0; k < 2; k++) CHECK(udp_queue_add(queue, &target, &part, 1));
      udp_queue_flush(queue);
      for (int k = 0; k < 2; k++) CHECK_EQUAL(receiver_take(&receiver, bytes, 80), 80);
    }
  CHECK_EQUAL(faults.runs, SOCKETS);
  udp_queue_free(queue);
}

static const Case CASES[] = {
    {"sends one by one on a kernel without segmentation, with one warning",
     keeps_order_without_kernel},
    {"sends one by one when switched off", switched_off},
    {"falls back for one socket and ten minutes after EIO", falls_back_eio},
    {"falls back for one socket and ten minutes after EOPNOTSUPP", falls_back_eopnotsupp},
    {"falls back for one socket and ten minutes after ENOPROTOOPT", falls_back_enoprotoopt},
    {"falls back for one socket and ten minutes after EINVAL of a small segment",
     falls_back_einval},
    {"remembers the address whose path is too small (EINVAL)", remembers_einval},
    {"remembers the address whose path is too small (EMSGSIZE)", remembers_emsgsize},
    {"falls back for all sockets when many are refused", refuses_all_sockets},
};

int main(int argc, char **argv) {
  return run_cases(argc, argv, CASES, sizeof CASES / sizeof *CASES);
}
