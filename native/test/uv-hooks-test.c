// Tests the hooks with the real libuv.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include "../udp-queue/udp-queue.h"
#include "cases.h"
#include "faults.h"
#include "receiver.h"

enum { FRAME = 9, SIZE = 1200, STUN = 1, DTLS = 22 };

static UdpCounters *shared;

// Makes the counters readable, as a parent process does.
static void share_counters(void) {
  const int fd = memfd_create("counters", 0);
  CHECK(fd >= 0 && ftruncate(fd, sizeof *shared) == 0);
  shared = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, fd, 0);
  CHECK(shared != MAP_FAILED);
  char text[16];
  snprintf(text, sizeof text, "%d", fd);
  setenv("ONAIR_UDP_COUNTERS_FD", text, 1);
}

// A loop with one socket, on which a test runs its steps as timers.
typedef struct {
  uv_loop_t loop;
  uv_udp_t socket;
  uv_timer_t timer;
  int step;
  void (*steps)(void);
  Receiver one, other;
} Setting;

static _Thread_local Setting setting;

static void on_timer(uv_timer_t *timer) {
  (void)timer;
  setting.steps();
  setting.step += 1;
}

static void run_steps(void (*steps)(void)) {
  setting.steps = steps;
  setting.one = receiver_open(AF_INET);
  setting.other = receiver_open(AF_INET);
  CHECK_EQUAL(uv_loop_init(&setting.loop), 0);
  CHECK_EQUAL(uv_udp_init(&setting.loop, &setting.socket), 0);
  struct sockaddr_in any;
  CHECK_EQUAL(uv_ip4_addr("127.0.0.1", 0, &any), 0);
  CHECK_EQUAL(uv_udp_bind(&setting.socket, (const struct sockaddr *)&any, 0), 0);
  CHECK_EQUAL(uv_timer_init(&setting.loop, &setting.timer), 0);
  CHECK_EQUAL(uv_timer_start(&setting.timer, on_timer, 1, 5), 0);
  CHECK_EQUAL(uv_run(&setting.loop, UV_RUN_DEFAULT), 0);
  // Nothing is left in the loop.
  CHECK_EQUAL(uv_loop_close(&setting.loop), 0);
  close(setting.one.fd);
  close(setting.other.fd);
}

static void finish(void) {
  uv_close((uv_handle_t *)&setting.timer, NULL);
  if (!uv_is_closing((uv_handle_t *)&setting.socket))
    uv_close((uv_handle_t *)&setting.socket, NULL);
}

typedef struct {
  uv_udp_send_t request;
  uint8_t bytes[SIZE + 1];
} Sending;

static void on_sent(uv_udp_send_t *request, int status) {
  (void)status;
  free(request);
}

// Sends as mediasoup does: what libuv can't send at once goes into its queue.
static void send_first_byte(const Receiver *to, uint32_t number, size_t size, uint8_t first_byte) {
  uint8_t bytes[SIZE + 1];
  numbered(bytes, number, size);
  bytes[0] = first_byte;
  uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)size);
  const int sent = uv_udp_try_send(&setting.socket, &buffer, 1, &to->address.any);
  if (sent == (int)size) return;
  CHECK(sent < 0);
  Sending *sending = malloc(sizeof *sending);
  memcpy(sending->bytes, bytes, size);
  buffer = uv_buf_init((char *)sending->bytes, (unsigned)size);
  CHECK_EQUAL(
      uv_udp_send(&sending->request, &setting.socket, &buffer, 1, &to->address.any, on_sent), 0);
}

static void send_media(const Receiver *to, uint32_t number, size_t size) {
  send_first_byte(to, number, size, 0x80);
}

static void expect_nothing(const Receiver *receiver) {
  uint8_t byte;
  CHECK_EQUAL(receiver_take(receiver, &byte, 1), -1);
}

static void expect_first_byte(const Receiver *receiver, uint8_t expected) {
  uint8_t byte = 0;
  CHECK(receiver_take(receiver, &byte, 1) > 0);
  CHECK_EQUAL(byte, expected);
}

static void expect_frame(const Receiver *receiver, uint32_t first) {
  for (uint32_t i = 0; i < FRAME; i++) receiver_expect(receiver, first + i, SIZE);
}

static void collect_steps(void) {
  if (setting.step == 0) {
    for (uint32_t i = 0; i < FRAME; i++) {
      send_media(&setting.one, i, SIZE);
      send_media(&setting.other, 100 + i, SIZE);
    }
    expect_nothing(&setting.one);
    CHECK_EQUAL(faults.runs + faults.singles, 0);
    return;
  }
  expect_frame(&setting.one, 0);
  expect_frame(&setting.other, 100);
  CHECK_EQUAL(faults.runs, 2);
  CHECK_EQUAL(faults.singles, 0);
  CHECK_EQUAL(shared->datagrams, 2 * FRAME);
  CHECK_EQUAL(shared->segmented, 2 * FRAME);
  finish();
}
static void collects_a_turn(void) {
  share_counters();
  run_steps(collect_steps);
}

typedef struct {
  int fd;
  bool arrived;
  uv_async_t wake;
} Watch;

static Watch watch;

// Waits for a datagram in another thread while the loop sleeps, and then wakes the loop.
static void *watch_arrival(void *unused) {
  struct pollfd one = {.fd = watch.fd, .events = POLLIN};
  watch.arrived = poll(&one, 1, 10000) == 1;
  uv_async_send(&watch.wake);
  return unused;
}

static void on_wake(uv_async_t *wake) {
  CHECK(watch.arrived);
  uv_close((uv_handle_t *)wake, NULL);
  finish();
}

// Sends from a timer, after which the loop has nothing else to do.
static void sleep_steps(void) {
  static pthread_t thread;
  CHECK_EQUAL(uv_async_init(&setting.loop, &watch.wake, on_wake), 0);
  watch.fd = setting.one.fd;
  uv_timer_stop(&setting.timer);
  send_media(&setting.one, 0, SIZE);
  CHECK(pthread_create(&thread, NULL, watch_arrival, NULL) == 0);
  pthread_detach(thread);
}
static void sends_before_sleeping(void) { run_steps(sleep_steps); }

static void no_delay_steps(void) {
  for (uint32_t i = 0; i < 3; i++) send_media(&setting.one, i, SIZE);
  send_media(&setting.other, 50, SIZE);
  send_first_byte(&setting.one, 3, 100, STUN);
  for (uint32_t i = 0; i < 3; i++) receiver_expect(&setting.one, i, SIZE);
  expect_first_byte(&setting.one, STUN);
  expect_nothing(&setting.other);
  send_first_byte(&setting.other, 4, 100, DTLS);
  receiver_expect(&setting.other, 50, SIZE);
  expect_first_byte(&setting.other, DTLS);
  finish();
}
static void does_not_delay_stun_and_dtls(void) { run_steps(no_delay_steps); }

static void eagain_steps(void) {
  enum { BEFORE = 20, AFTER = 20 };
  if (setting.step == 0) {
    // The queue's first run, its next datagrams, and libuv's first attempts find no room.
    faults.run_error = faults.single_error = EAGAIN;
    faults.failures_left = 6;
    for (uint32_t i = 0; i < BEFORE; i++) send_media(&setting.one, i, i % 7 == 0 ? 500 : SIZE);
    return;
  }
  if (setting.step == 1) {
    for (uint32_t i = BEFORE; i < BEFORE + AFTER; i++) send_media(&setting.one, i, SIZE);
    send_first_byte(&setting.one, 99, 60, STUN);
    return;
  }
  if (uv_udp_get_send_queue_count(&setting.socket) > 0) return;
  for (uint32_t i = 0; i < BEFORE + AFTER; i++)
    receiver_expect(&setting.one, i, i < BEFORE && i % 7 == 0 ? 500 : SIZE);
  expect_first_byte(&setting.one, STUN);
  expect_nothing(&setting.one);
  CHECK(shared->deferred > 0);
  CHECK_EQUAL(shared->dropped, 0);
  finish();
}
static void keeps_order_after_eagain(void) {
  share_counters();
  run_steps(eagain_steps);
}

// Media is collected, then a datagram that isn't delayed finds no room, then more media follows.
static void stun_eagain_steps(void) {
  if (setting.step == 0) {
    for (uint32_t i = 0; i < 3; i++) send_media(&setting.other, i, SIZE);
    faults.single_error = EAGAIN;
    faults.failures_left = 2;
    send_first_byte(&setting.one, 0, 100, STUN);
    for (uint32_t i = 3; i < 6; i++) send_media(&setting.other, i, SIZE);
    return;
  }
  if (uv_udp_get_send_queue_count(&setting.socket) > 0) return;
  expect_first_byte(&setting.one, STUN);
  for (uint32_t i = 0; i < 6; i++) receiver_expect(&setting.other, i, SIZE);
  finish();
}
static void keeps_order_after_stun_without_room(void) { run_steps(stun_eagain_steps); }

size_t __real_uv_udp_get_send_queue_size(const uv_udp_t *handle);
size_t __real_uv_udp_get_send_queue_count(const uv_udp_t *handle);
size_t __wrap_uv_udp_get_send_queue_size(const uv_udp_t *handle);
size_t __wrap_uv_udp_get_send_queue_count(const uv_udp_t *handle);

size_t __wrap_uv_udp_get_send_queue_size(const uv_udp_t *handle) {
  return faults.waiting > 0 ? faults.waiting : __real_uv_udp_get_send_queue_size(handle);
}

size_t __wrap_uv_udp_get_send_queue_count(const uv_udp_t *handle) {
  return faults.waiting > 0 ? 1 : __real_uv_udp_get_send_queue_count(handle);
}

static void full_steps(void) {
  if (setting.step == 0) {
    // The datagrams are collected before the socket turns out to be full.
    for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
    faults.waiting = 8 << 20;
    for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
    CHECK_EQUAL(shared->dropped, 2 * FRAME);
    expect_nothing(&setting.one);
    return;
  }
  faults.waiting = 0;
  CHECK_EQUAL(uv_udp_get_send_queue_size(&setting.socket), 0);
  finish();
}
static void limits_what_waits(void) {
  share_counters();
  run_steps(full_steps);
}

static void close_steps(void) {
  if (setting.step == 0) {
    for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
    uv_close((uv_handle_t *)&setting.socket, NULL);
    expect_frame(&setting.one, 0);
    return;
  }
  finish();
}
static void sends_before_closing(void) { run_steps(close_steps); }

static void close_busy_steps(void) {
  faults.run_error = faults.single_error = EAGAIN;
  faults.failures_left = -1;
  for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
  uv_close((uv_handle_t *)&setting.socket, NULL);
  uv_close((uv_handle_t *)&setting.timer, NULL);
}
static void closes_without_room(void) { run_steps(close_busy_steps); }

static void last_turn_steps(void) {
  // The loop ends with this turn.
  for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
  uv_stop(&setting.loop);
}
static void sends_before_the_loop_ends(void) {
  setting.steps = last_turn_steps;
  setting.one = receiver_open(AF_INET);
  CHECK_EQUAL(uv_loop_init(&setting.loop), 0);
  CHECK_EQUAL(uv_udp_init(&setting.loop, &setting.socket), 0);
  struct sockaddr_in any;
  uv_ip4_addr("127.0.0.1", 0, &any);
  CHECK_EQUAL(uv_udp_bind(&setting.socket, (const struct sockaddr *)&any, 0), 0);
  uv_timer_init(&setting.loop, &setting.timer);
  uv_timer_start(&setting.timer, on_timer, 1, 0);
  uv_run(&setting.loop, UV_RUN_DEFAULT);
  expect_frame(&setting.one, 0);
  finish();
  while (uv_loop_close(&setting.loop) == UV_EBUSY) uv_run(&setting.loop, UV_RUN_NOWAIT);
}

static void off_steps(void) {
  if (setting.step == 0) {
    for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, i, SIZE);
    expect_frame(&setting.one, 0);
    CHECK_EQUAL(faults.runs, 0);
  }
  finish();
}
static void can_be_switched_off(void) {
  setenv("ONAIR_UDP_SEGMENTS", "off", 1);
  run_steps(off_steps);
}

static void collect_alone_steps(void) {
  if (setting.step < 20) {
    const uint32_t first = (uint32_t)setting.step * FRAME;
    if (setting.step > 0) expect_frame(&setting.one, first - FRAME);
    for (uint32_t i = 0; i < FRAME; i++) send_media(&setting.one, first + i, SIZE);
    return;
  }
  finish();
}
static void *run_alone(void *unused) {
  run_steps(collect_alone_steps);
  return unused;
}
static void keeps_loops_apart(void) {
  enum { LOOPS = 4 };
  pthread_t threads[LOOPS];
  for (int i = 0; i < LOOPS; i++) CHECK(pthread_create(&threads[i], NULL, run_alone, NULL) == 0);
  for (int i = 0; i < LOOPS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static const Case CASES[] = {
    {"collects the datagrams of one turn, and shares its counters", collects_a_turn},
    {"sends the datagrams of a timer before the loop sleeps", sends_before_sleeping},
    {"doesn't delay STUN and DTLS, which leave behind earlier datagrams",
     does_not_delay_stun_and_dtls},
    {"keeps the order when the socket has no room", keeps_order_after_eagain},
    {"keeps the order when STUN finds no room", keeps_order_after_stun_without_room},
    {"limits the datagrams that wait for room, and drops the rest", limits_what_waits},
    {"sends collected datagrams before a socket closes", sends_before_closing},
    {"closes a socket that has no room", closes_without_room},
    {"sends collected datagrams before a loop ends", sends_before_the_loop_ends},
    {"can be switched off", can_be_switched_off},
    {"keeps several loops apart", keeps_loops_apart},
};

int main(int argc, char **argv) {
  return run_cases(argc, argv, CASES, sizeof CASES / sizeof *CASES);
}
