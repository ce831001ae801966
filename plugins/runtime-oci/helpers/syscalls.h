// System calls for programs without a C library (x86-64 and arm64).
#pragma once

#include <asm/unistd.h>

using uintptr = unsigned long;

#if defined(__x86_64__)
inline long syscall6(long n, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                     long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long syscall6(long n, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                     long f = 0) {
  register long x8 asm("x8") = n;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
}
#else
#error "no system call stub for this machine"
#endif

inline long as_long(const void* pointer) { return reinterpret_cast<long>(pointer); }

inline unsigned long length(const char* text) {
  unsigned long n = 0;
  while (text[n]) ++n;
  return n;
}

inline bool equal(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}

[[noreturn]] inline void quit(int code) {
  for (;;) syscall6(__NR_exit_group, code);
}

extern "C" [[noreturn]] void run(long argc, char** argv, char** envp);

// The kernel starts us with argc, argv and the environment on the stack.
#if defined(__x86_64__)
asm(".globl _start\n_start:\n  xor %ebp,%ebp\n  mov (%rsp),%rdi\n  lea 8(%rsp),%rsi\n"
    "  lea 16(%rsp,%rdi,8),%rdx\n  and $-16,%rsp\n  call run\n  hlt\n");
#else
asm(".globl _start\n_start:\n  mov x29,#0\n  ldr x0,[sp]\n  add x1,sp,#8\n"
    "  add x2,x1,x0,lsl #3\n  add x2,x2,#8\n  bl run\n");
#endif
