// The cases of a test program. `PROGRAM --list` prints their names, and `PROGRAM NAME` runs one.
// Each runs in its own process, so that none sees another's state.
#pragma once
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *name;
  void (*run)(void);
} Case;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (condition) break;                                                      \
    fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
    exit(1);                                                                   \
  } while (0)

#define CHECK_EQUAL(actual, expected)                                          \
  do {                                                                         \
    const long long one = (long long)(actual), other = (long long)(expected);  \
    if (one == other) break;                                                   \
    fprintf(stderr, "%s:%d: %s is %lld instead of %lld\n", __FILE__, __LINE__, \
            #actual, one, other);                                              \
    exit(1);                                                                   \
  } while (0)

// The exit code of a case that can't run on this machine.
enum { SKIPPED = 77 };

static inline int run_cases(int argc, char **argv, const Case *cases, size_t count) {
  if (argc != 2) return 2;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(argv[1], "--list") == 0) {
      puts(cases[i].name);
    } else if (strcmp(argv[1], cases[i].name) == 0) {
      cases[i].run();
      return 0;
    }
  }
  return strcmp(argv[1], "--list") == 0 ? 0 : 2;
}
