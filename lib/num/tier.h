/*
 * One C source, compiled once for each tier of the processor.  A file of kernels defines
 * TIER_FILE as its own body's name and includes this, which includes the body three
 * times with
 *
 *	FN(name)   the function's name in this tier
 *	KERNEL     what stands before a function: its target
 *	HELPER     the same for a function to be inlined
 *	TIER_BITS  of its vectors: 0, 256 or 512
 *
 * Bodies say the order of every operation: fmaf where a multiplication and an addition
 * round once, sums in LANES parts.  So the compiler may use vectors, but every
 * tier gives the same bytes.  PICK(name) is the tier of this process.
 */
#define LANES 16
#define TIER_512 "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"
#if defined(__clang__)
#define TIER_FAST
#define TIER_WIDE
#define EACH _Pragma("clang loop vectorize(assume_safety)")
#else
#define TIER_FAST , optimize("O3")
#define TIER_WIDE ",prefer-vector-width=512"
#define EACH _Pragma("GCC ivdep")       /* before a loop whose turns are independent */
#endif

#define FN(name) name##_portable
#define TIER_BITS 0
#define KERNEL __attribute__((noinline TIER_FAST)) static
#define HELPER static inline __attribute__((always_inline))
#include TIER_FILE
#undef FN
#undef TIER_BITS
#undef KERNEL
#undef HELPER

#if defined(__x86_64__)
#define FN(name) name##_avx2
#define TIER_BITS 256
#define KERNEL __attribute__((noinline, target("avx2,fma") TIER_FAST)) static
#define HELPER static inline __attribute__((always_inline, target("avx2,fma")))
#include TIER_FILE
#undef FN
#undef TIER_BITS
#undef KERNEL
#undef HELPER

#define FN(name) name##_avx512
#define TIER_BITS 512
#define KERNEL __attribute__((noinline, target(TIER_512 TIER_WIDE) TIER_FAST)) static
#define HELPER static inline __attribute__((always_inline, target(TIER_512 TIER_WIDE)))
#include TIER_FILE
#undef FN
#undef TIER_BITS
#undef KERNEL
#undef HELPER
#define PICK(name) (maas_isa() >= MAAS_AVX512 ? name##_avx512 : maas_isa() >= MAAS_AVX2 ? name##_avx2 : name##_portable)
#else
#define PICK(name) name##_portable
#endif
