/* sanitized.h -- is this built with a sanitizer?  Its own runtime traces, makes processes, maps and frees as it
 * likes. */
#ifndef SANITIZED_H
#define SANITIZED_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

/* Memory that nobody may touch, such as the rest of a page behind a file: AddressSanitizer tells who goes a byte too
 * far. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(GUARDED)
#include <sanitizer/asan_interface.h>
#define GUARD(p, n)   __asan_poison_memory_region(p, n)
#define UNGUARD(p, n) __asan_unpoison_memory_region(p, n)
#define GUARD_GAP     64 /* bytes between pieces of an arena */
#else
#define GUARD(p, n)   ((void)(p), (void)(n))
#define UNGUARD(p, n) ((void)(p), (void)(n))
#define GUARD_GAP     0
#endif

#endif
