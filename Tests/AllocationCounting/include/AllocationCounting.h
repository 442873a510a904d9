#pragma once
#include <stdint.h>

/// The number of allocations that this process has asked for so far: calls of malloc, calloc,
/// realloc, posix_memalign, aligned_alloc and memalign, by any thread. -1 where calls cannot be
/// counted (anywhere but on Linux with glibc, and under a sanitizer).
int64_t adjoint_allocation_count(void);

/// The number of those that the calling thread has made, for tests that run beside others.
int64_t adjoint_thread_allocation_count(void);

/// The bytes of the largest allocation that the calling thread has asked for since it last called this,
/// whether or not it was given; -1 where calls cannot be counted.
int64_t adjoint_take_thread_largest_allocation(void);

/// The number of times that the calling thread met a page of memory that was not there. -1 where that
/// cannot be counted (anywhere but on Linux).
int64_t adjoint_thread_page_fault_count(void);
