#define _GNU_SOURCE
#include "AllocationCounting.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
// A sanitizer has an allocator of its own.
#define COUNTS_NOTHING
#endif
#endif

#if defined(__linux__)
#include <sys/resource.h>

int64_t adjoint_thread_page_fault_count(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return -1;
  return usage.ru_minflt + usage.ru_majflt;
}
#else
int64_t adjoint_thread_page_fault_count(void) { return -1; }
#endif

#if defined(__linux__) && defined(__GLIBC__) && !defined(COUNTS_NOTHING)

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

// The allocator's own entry points. Defining the public names here puts these definitions before
// those of the C library for the whole process, the Swift runtime included.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static _Atomic int64_t allocations;
// Part of the thread's own block, so that reaching it allocates nothing.
static _Thread_local int64_t thread_allocations __attribute__((tls_model("initial-exec")));

static _Thread_local int64_t thread_largest __attribute__((tls_model("initial-exec")));

static void count_one(size_t size) {
  atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  thread_allocations += 1;
  int64_t bytes = size > INT64_MAX ? INT64_MAX : (int64_t)size;
  if (bytes > thread_largest) thread_largest = bytes;
}

int64_t adjoint_allocation_count(void) {
  return atomic_load_explicit(&allocations, memory_order_relaxed);
}

int64_t adjoint_thread_allocation_count(void) { return thread_allocations; }

int64_t adjoint_take_thread_largest_allocation(void) {
  int64_t largest = thread_largest;
  thread_largest = 0;
  return largest;
}

void *malloc(size_t size) {
  count_one(size);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  count_one(__builtin_mul_overflow(count, size, &bytes) ? SIZE_MAX : bytes);
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  count_one(size);
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  count_one(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count_one(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  count_one(size);
  void *result = __libc_memalign(alignment, size);
  if (result == NULL) return ENOMEM;
  *memory = result;
  return 0;
}

void free(void *memory) { __libc_free(memory); }

#else

int64_t adjoint_allocation_count(void) { return -1; }
int64_t adjoint_thread_allocation_count(void) { return -1; }
int64_t adjoint_take_thread_largest_allocation(void) { return -1; }

#endif
