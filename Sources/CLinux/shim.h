#include <stdint.h>

// Of Linux, where glibc shows it only with _GNU_SOURCE: sync_file_range(2).
int sync_file_range(int descriptor, int64_t offset, int64_t count, unsigned int flags);

enum { clew_sync_wait_before = 1, clew_sync_write = 2, clew_sync_wait_after = 4 };
