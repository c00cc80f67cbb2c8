// Wraps the system calls for sending: counts them, and makes chosen ones fail. The linker inserts
// the wrappers (--wrap), so the code under test isn't aware of them.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  int run_error;       // the errno of every run of datagrams; 0 to send them
  int single_error;    // the errno of every single datagram; 0 to send them
  int failures_left;   // how many calls fail; negative for all
  size_t run_segment;  // if not 0, only runs of segments of at least this size fail
  int probe_error;     // the errno of the query whether the kernel can segment; 0 to query it
  uint64_t seconds;    // how far the clock is ahead
  size_t waiting;      // if not 0, the reported size of each socket's libuv queue
  // Results.
  int runs, singles;
  int largest_run;  // in datagrams
} Faults;

extern Faults faults;
