#define _GNU_SOURCE
#include "udp-queue.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "refusals.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
  TABLE_BITS = 15,
  TABLE_SIZE = 1 << TABLE_BITS,
  NONE = UINT32_MAX,
  // No path has an MTU under that of IPv4 hosts (RFC 791), less headers. The refusal of a smaller
  // segment therefore has another reason.
  SMALLEST_PATH_PAYLOAD = 576 - 60 - 8,
};
_Static_assert(TABLE_SIZE >= 2 * UDP_QUEUE_DESTINATIONS, "the table must keep free places");

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

typedef struct {
  uint32_t offset;  // of its bytes in the queue's memory
  uint32_t next;    // the index of the next datagram for the destination
  uint16_t size;
} Datagram;

typedef struct {
  void *socket;  // NULL after the socket was closed
  int fd;
  socklen_t address_size;
  Address address;
  uint32_t hash;
  uint32_t first, last, count;
} Destination;

typedef struct {
  uint32_t turn;  // the entry is free unless this is the current turn
  uint32_t destination;
} TableEntry;

struct UdpQueue {
  UdpQueueOwner owner;
  UdpCounters *counters;
  bool segments;  // whether runs can be sent at all
  bool probed;    // whether the kernel was asked for UDP_SEGMENT
  bool flushing;
  Refusals refusals;
  uint32_t turn;
  uint32_t datagram_count, destination_count;
  size_t used;
  Datagram datagrams[UDP_QUEUE_DATAGRAMS];
  Destination destinations[UDP_QUEUE_DESTINATIONS];
  TableEntry table[TABLE_SIZE];
  uint8_t bytes[UDP_QUEUE_BYTES];
};

UdpQueue *udp_queue_create(const UdpQueueOwner *owner, UdpCounters *counters, bool segments) {
  // The kernel provides zeroed pages when they are first used.
  UdpQueue *queue = mmap(NULL, sizeof *queue, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (queue == MAP_FAILED) return NULL;
  queue->owner = *owner;
  queue->counters = counters;
  queue->segments = segments;
  queue->turn = 1;
  return queue;
}

void udp_queue_free(UdpQueue *queue) {
  if (queue) munmap(queue, sizeof *queue);
}

static socklen_t address_size(const struct sockaddr *to) {
  switch (to->sa_family) {
    case AF_INET:
      return sizeof(struct sockaddr_in);
    case AF_INET6:
      return sizeof(struct sockaddr_in6);
    default:
      return 0;
  }
}

static uint32_t hash_target(const UdpTarget *target) {
  const Address *to = (const Address *)target->to;
  uint64_t mixed = (uint64_t)(uintptr_t)target->socket;
  if (to->any.sa_family == AF_INET) {
    mixed ^= (uint64_t)to->v4.sin_addr.s_addr << 16 | to->v4.sin_port;
  } else {
    uint64_t words[2];
    memcpy(words, &to->v6.sin6_addr, sizeof words);
    mixed ^= (words[0] * 0x9E3779B97F4A7C15u) ^ words[1] ^ to->v6.sin6_port;
  }
  mixed = (mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
  return (uint32_t)(mixed >> 32);
}

static bool is_same(const Destination *one, const UdpTarget *target) {
  const Address *to = (const Address *)target->to;
  if (one->socket != target->socket || one->address.any.sa_family != to->any.sa_family) return false;
  if (to->any.sa_family == AF_INET)
    return one->address.v4.sin_addr.s_addr == to->v4.sin_addr.s_addr &&
           one->address.v4.sin_port == to->v4.sin_port;
  return one->address.v6.sin6_port == to->v6.sin6_port &&
         one->address.v6.sin6_scope_id == to->v6.sin6_scope_id &&
         memcmp(&one->address.v6.sin6_addr, &to->v6.sin6_addr, sizeof to->v6.sin6_addr) == 0;
}

// Returns the table entry of a destination, or the free one where it belongs. Entries are linear
// probes; one is never freed during a turn.
static TableEntry *find_entry(UdpQueue *queue, const UdpTarget *target, uint32_t hash) {
  for (uint32_t at = hash >> (32 - TABLE_BITS);; at = (at + 1) % TABLE_SIZE) {
    TableEntry *entry = &queue->table[at];
    if (entry->turn != queue->turn) return entry;
    const Destination *destination = &queue->destinations[entry->destination];
    if (destination->hash == hash && is_same(destination, target)) return entry;
  }
}

// Begins a new turn with an empty queue.
static void reset(UdpQueue *queue) {
  queue->datagram_count = 0;
  queue->destination_count = 0;
  queue->used = 0;
  queue->turn += 1;
  if (queue->turn != 0) return;
  // After four thousand million turns, entries of the first one would seem to be current.
  memset(queue->table, 0, sizeof queue->table);
  queue->turn = 1;
}

// Whether the kernel knows UDP_SEGMENT. An older one would ignore the control message, and send a
// run as one large datagram.
static bool kernel_segments(int fd) {
  int size = 0;
  socklen_t length = sizeof size;
  return getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

static void probe(UdpQueue *queue, int fd) {
  queue->probed = true;
  if (!queue->segments || kernel_segments(fd)) return;
  queue->segments = false;
  queue->counters->refused_sockets += 1;
  queue->owner.warn("this kernel can't segment UDP, so datagrams are sent one by one");
}

bool udp_queue_add(UdpQueue *queue, const UdpTarget *target, const struct iovec *parts,
                   size_t count) {
  const socklen_t to_size = address_size(target->to);
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += parts[i].iov_len;
  if (to_size == 0 || size == 0 || size > UDP_DATAGRAM_BYTES || queue->flushing) return false;
  if (queue->datagram_count == UDP_QUEUE_DATAGRAMS || queue->used + size > UDP_QUEUE_BYTES ||
      queue->destination_count == UDP_QUEUE_DESTINATIONS) {
    queue->counters->early_flushes += 1;
    udp_queue_flush(queue);
  }
  if (!queue->probed) probe(queue, target->fd);

  const uint32_t hash = hash_target(target);
  TableEntry *entry = find_entry(queue, target, hash);
  if (entry->turn != queue->turn) {
    *entry = (TableEntry){queue->turn, queue->destination_count++};
    Destination *new = &queue->destinations[entry->destination];
    *new = (Destination){
        .socket = target->socket, .fd = target->fd, .address_size = to_size, .hash = hash};
    memcpy(&new->address, target->to, to_size);
  }
  Destination *destination = &queue->destinations[entry->destination];

  const uint32_t index = queue->datagram_count++;
  Datagram *datagram = &queue->datagrams[index];
  *datagram = (Datagram){(uint32_t)queue->used, NONE, (uint16_t)size};
  for (size_t i = 0; i < count; i++) {
    memcpy(queue->bytes + queue->used, parts[i].iov_base, parts[i].iov_len);
    queue->used += parts[i].iov_len;
  }
  if (destination->count == 0)
    destination->first = index;
  else
    queue->datagrams[destination->last].next = index;
  destination->last = index;
  destination->count += 1;
  queue->counters->datagrams += 1;
  return true;
}

static void defer(UdpQueue *queue, const Destination *to, const Datagram *datagram) {
  queue->counters->deferred += 1;
  queue->owner.defer(to->socket, &to->address.any, queue->bytes + datagram->offset, datagram->size);
}

// Sends one datagram. Errors of the destination lose it, as they would lose any other datagram.
static void send_one(UdpQueue *queue, const Destination *to, const Datagram *datagram) {
  if (queue->owner.is_waiting(to->socket)) {
    defer(queue, to, datagram);
    return;
  }
  ssize_t sent;
  do {
    queue->counters->calls += 1;
    sent = sendto(to->fd, queue->bytes + datagram->offset, datagram->size, 0, &to->address.any,
                  to->address_size);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
    defer(queue, to, datagram);
  else
    queue->counters->dropped += 1;
}

static void send_each(UdpQueue *queue, const Destination *to, uint32_t first, uint32_t count) {
  for (uint32_t index = first; count > 0; count--) {
    const Datagram *datagram = &queue->datagrams[index];
    send_one(queue, to, datagram);
    index = datagram->next;
  }
}

// Remembers why a run was refused, so that further ones aren't tried in vain.
static void note_refusal(UdpQueue *queue, const Destination *to, size_t segment, int error) {
  const bool is_size = error == EMSGSIZE || error == EINVAL;
  if (is_size && segment > SMALLEST_PATH_PAYLOAD) {
    queue->counters->refused_sizes += 1;
    refusals_add_size(&queue->refusals, &to->address.any, segment);
    return;
  }
  if (error != EIO && error != EOPNOTSUPP && error != ENOPROTOOPT && !is_size) return;
  queue->counters->refused_sockets += 1;
  refusals_add_socket(&queue->refusals, to->socket);
  char sentence[160];
  snprintf(sentence, sizeof sentence,
           "socket %d can't send segmented UDP (%s), so for ten minutes it sends datagrams one by one",
           to->fd, strerror(error));
  queue->owner.warn(sentence);
}

// Sends datagrams of one size, the last of which can be shorter, with one call.
static void send_run(UdpQueue *queue, const Destination *to, uint32_t first, uint32_t count) {
  struct iovec parts[UDP_RUN_DATAGRAMS];
  uint32_t index = first;
  for (uint32_t i = 0; i < count; i++) {
    const Datagram *datagram = &queue->datagrams[index];
    parts[i] = (struct iovec){queue->bytes + datagram->offset, datagram->size};
    index = datagram->next;
  }
  const uint16_t segment = queue->datagrams[first].size;
  union {
    char bytes[CMSG_SPACE(sizeof segment)];
    struct cmsghdr align;
  } control = {0};
  const struct msghdr message = {
      .msg_name = (void *)&to->address,
      .msg_namelen = to->address_size,
      .msg_iov = parts,
      .msg_iovlen = count,
      .msg_control = control.bytes,
      .msg_controllen = sizeof control.bytes,
  };
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof segment);
  memcpy(CMSG_DATA(header), &segment, sizeof segment);

  ssize_t sent;
  do {
    queue->counters->calls += 1;
    sent = sendmsg(to->fd, &message, 0);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    queue->counters->segmented += count;
    return;
  }
  // Without room for the run, the owner gets the datagrams singly, and they leave as the socket has
  // room. After any other error, each is tried alone: one may be sent where a run can't.
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
    index = first;
    for (uint32_t i = 0; i < count; i++) {
      defer(queue, to, &queue->datagrams[index]);
      index = queue->datagrams[index].next;
    }
    return;
  }
  note_refusal(queue, to, segment, errno);
  send_each(queue, to, first, count);
}

// Returns how many of the datagrams from this one on form a run.
static uint32_t measure_run(const UdpQueue *queue, uint32_t first, uint32_t available) {
  const uint16_t segment = queue->datagrams[first].size;
  size_t bytes = segment;
  uint32_t count = 1, index = queue->datagrams[first].next;
  while (count < available && count < UDP_RUN_DATAGRAMS) {
    const Datagram *datagram = &queue->datagrams[index];
    if (datagram->size > segment || bytes + datagram->size > UDP_RUN_BYTES) break;
    bytes += datagram->size;
    count += 1;
    if (datagram->size < segment) break;
    index = datagram->next;
  }
  return count;
}

static void flush_destination(UdpQueue *queue, Destination *to) {
  uint32_t index = to->first, left = to->count;
  to->count = 0;
  while (left > 0) {
    const uint32_t count = queue->segments ? measure_run(queue, index, left) : 1;
    const bool as_run = count > 1 && !queue->owner.is_waiting(to->socket) &&
                        refusals_allow(&queue->refusals, to->socket, &to->address.any,
                                       queue->datagrams[index].size);
    uint32_t next = index;
    for (uint32_t i = 0; i < count; i++) next = queue->datagrams[next].next;
    if (as_run)
      send_run(queue, to, index, count);
    else
      send_each(queue, to, index, count);
    index = next;
    left -= count;
  }
}

void udp_queue_flush(UdpQueue *queue) {
  // The owner's callbacks run during a flush, and must not start another one.
  if (queue->datagram_count == 0 || queue->flushing) return;
  queue->flushing = true;
  queue->counters->flushes += 1;
  for (uint32_t i = 0; i < queue->destination_count; i++)
    if (queue->destinations[i].count > 0) flush_destination(queue, &queue->destinations[i]);
  queue->flushing = false;
  reset(queue);
}

void udp_queue_flush_target(UdpQueue *queue, const UdpTarget *target) {
  if (queue->datagram_count == 0 || queue->flushing) return;
  const TableEntry *entry = find_entry(queue, target, hash_target(target));
  if (entry->turn != queue->turn || queue->destinations[entry->destination].count == 0) return;
  queue->flushing = true;
  flush_destination(queue, &queue->destinations[entry->destination]);
  queue->flushing = false;
}

void udp_queue_flush_socket(UdpQueue *queue, void *socket) {
  if (queue->datagram_count == 0 || queue->flushing) return;
  queue->flushing = true;
  for (uint32_t i = 0; i < queue->destination_count; i++) {
    Destination *destination = &queue->destinations[i];
    if (destination->socket == socket && destination->count > 0)
      flush_destination(queue, destination);
  }
  queue->flushing = false;
}

void udp_queue_close_socket(UdpQueue *queue, void *socket) {
  udp_queue_flush_socket(queue, socket);
  for (uint32_t i = 0; i < queue->destination_count; i++)
    if (queue->destinations[i].socket == socket) queue->destinations[i].socket = NULL;
  refusals_forget_socket(&queue->refusals, socket);
}
