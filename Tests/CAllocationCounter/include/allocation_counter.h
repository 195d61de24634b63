// Counts the heap allocations of the calling thread. For tests only.
#ifndef CLEW_ALLOCATION_COUNTER_H
#define CLEW_ALLOCATION_COUNTER_H

#include <stdint.h>

/// Calls of malloc and its family that the calling thread has made so far; -1 where they cannot be counted (not glibc).
int64_t clew_allocations(void);

#endif
