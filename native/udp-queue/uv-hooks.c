// Puts a UdpQueue between mediasoup's worker and libuv, whose sources stay as they are: the linker
// resolves the worker's calls of three functions of libuv to those below (--wrap of ld(1)).
//
// A datagram of RTP or RTCP is sent before the loop waits for the next events, and at the latest
// before it handles the timers of its next turn. STUN and DTLS datagrams aren't delayed, because
// their round trips are measured and their senders wait for them.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <uv.h>

#include "udp-queue.h"

// With this variable set to "off", datagrams are sent one by one, as without this file.
#define SWITCH_VARIABLE "ONAIR_UDP_SEGMENTS"
// The descriptor of a file into which the counters are mapped, so that another process can read
// them.
#define COUNTERS_VARIABLE "ONAIR_UDP_COUNTERS_FD"

// How many bytes can wait in libuv's queue of one socket, which has no limit of its own. More are
// dropped, as a full queue of a network device drops them.
enum { WAITING_BYTES_MAX = 8 << 20 };

int __real_uv_run(uv_loop_t *loop, uv_run_mode mode);
int __real_uv_udp_try_send(uv_udp_t *handle, const uv_buf_t buffers[], unsigned count,
                           const struct sockaddr *to);
void __real_uv_close(uv_handle_t *handle, uv_close_cb callback);
int __wrap_uv_run(uv_loop_t *loop, uv_run_mode mode);
int __wrap_uv_udp_try_send(uv_udp_t *handle, const uv_buf_t buffers[], unsigned count,
                           const struct sockaddr *to);
void __wrap_uv_close(uv_handle_t *handle, uv_close_cb callback);

typedef struct {
  uv_loop_t *loop;
  UdpQueue *queue;
  uv_prepare_t before_waiting;
  uv_check_t after_waiting;
} RunningLoop;

// The loop that this thread runs; NULL while it runs none.
static _Thread_local RunningLoop *running;
// The counters of all loops of this process.
static UdpCounters own_counters;
static UdpCounters *counters = &own_counters;

static void warn(const char *sentence) { fprintf(stderr, "onair: %s\n", sentence); }

typedef struct {
  uv_udp_send_t request;
  char data[];
} Waiting;

static void on_sent(uv_udp_send_t *request, int status) {
  if (status < 0) counters->dropped += 1;
  free(request);
}

static bool is_waiting(void *socket) { return uv_udp_get_send_queue_count(socket) > 0; }

static bool is_full(const uv_udp_t *handle, size_t more) {
  return uv_udp_get_send_queue_size(handle) + more > WAITING_BYTES_MAX;
}

static void defer(void *socket, const struct sockaddr *to, const void *data, size_t size) {
  uv_udp_t *handle = socket;
  Waiting *waiting = NULL;
  if (!uv_is_closing(socket) && !is_full(handle, size)) waiting = malloc(sizeof *waiting + size);
  if (!waiting) {
    counters->dropped += 1;
    return;
  }
  memcpy(waiting->data, data, size);
  const uv_buf_t buffer = uv_buf_init(waiting->data, (unsigned)size);
  if (uv_udp_send(&waiting->request, handle, &buffer, 1, to, on_sent) == 0) return;
  counters->dropped += 1;
  free(waiting);
}

static const UdpQueueOwner owner = {.is_waiting = is_waiting, .defer = defer, .warn = warn};

// Maps the counters into the file that the parent process has passed, if any.
static void share_counters(void) {
  const char *text = getenv(COUNTERS_VARIABLE);
  if (!text || counters != &own_counters) return;
  const int fd = atoi(text);
  struct stat file;
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size < (off_t)sizeof *counters)
    return;
  void *page = mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) counters = page;
}

static bool is_switched_on(void) {
  const char *value = getenv(SWITCH_VARIABLE);
  return !value || strcmp(value, "off") != 0;
}

static void flush_before_waiting(uv_prepare_t *handle) {
  udp_queue_flush(((RunningLoop *)handle->data)->queue);
}

static void flush_after_waiting(uv_check_t *handle) {
  udp_queue_flush(((RunningLoop *)handle->data)->queue);
}

static void start_flushing(RunningLoop *self) {
  uv_prepare_init(self->loop, &self->before_waiting);
  uv_check_init(self->loop, &self->after_waiting);
  self->before_waiting.data = self->after_waiting.data = self;
  uv_prepare_start(&self->before_waiting, flush_before_waiting);
  uv_check_start(&self->after_waiting, flush_after_waiting);
  // They don't keep the loop running.
  uv_unref((uv_handle_t *)&self->before_waiting);
  uv_unref((uv_handle_t *)&self->after_waiting);
}

int __wrap_uv_run(uv_loop_t *loop, uv_run_mode mode) {
  if (mode != UV_RUN_DEFAULT || running || !is_switched_on()) return __real_uv_run(loop, mode);
  share_counters();
  RunningLoop self = {.loop = loop, .queue = udp_queue_create(&owner, counters, true)};
  if (!self.queue) return __real_uv_run(loop, mode);
  start_flushing(&self);
  running = &self;
  const int result = __real_uv_run(loop, mode);
  running = NULL;
  udp_queue_flush(self.queue);
  __real_uv_close((uv_handle_t *)&self.before_waiting, NULL);
  __real_uv_close((uv_handle_t *)&self.after_waiting, NULL);
  // Closes the two handles.
  __real_uv_run(loop, UV_RUN_NOWAIT);
  udp_queue_free(self.queue);
  return result;
}

// RFC 7983, section 7: the first byte of RTP and RTCP is between 128 and 191; that of STUN, DTLS
// and everything else isn't.
static bool is_media(const uv_buf_t buffers[], unsigned count) {
  if (count == 0 || buffers[0].len == 0) return false;
  const uint8_t first = (uint8_t)buffers[0].base[0];
  return first >= 128 && first <= 191;
}

static size_t total_size(const uv_buf_t buffers[], unsigned count) {
  size_t size = 0;
  for (unsigned i = 0; i < count; i++) size += buffers[i].len;
  return size;
}

int __wrap_uv_udp_try_send(uv_udp_t *handle, const uv_buf_t buffers[], unsigned count,
                           const struct sockaddr *to) {
  RunningLoop *self = running;
  UdpTarget target = {.socket = handle, .fd = -1, .to = to};
  if (!self || handle->loop != self->loop || !to ||
      uv_fileno((const uv_handle_t *)handle, &target.fd) != 0)
    return __real_uv_udp_try_send(handle, buffers, count, to);

  const size_t size = total_size(buffers, count);
  if (is_waiting(handle)) {
    // What was collected before is deferred first. libuv then refuses this datagram, and mediasoup
    // hands it to libuv's queue.
    udp_queue_flush_socket(self->queue, handle);
    if (is_full(handle, size)) {
      counters->dropped += 1;
      return (int)size;
    }
    return __real_uv_udp_try_send(handle, buffers, count, to);
  }
  // A uv_buf_t has the members of a struct iovec, in the same order.
  if (is_media(buffers, count) &&
      udp_queue_add(self->queue, &target, (const struct iovec *)buffers, count))
    return (int)size;
  udp_queue_flush_target(self->queue, &target);
  return __real_uv_udp_try_send(handle, buffers, count, to);
}

void __wrap_uv_close(uv_handle_t *handle, uv_close_cb callback) {
  if (running && handle->type == UV_UDP && handle->loop == running->loop)
    udp_queue_close_socket(running->queue, handle);
  __real_uv_close(handle, callback);
}
