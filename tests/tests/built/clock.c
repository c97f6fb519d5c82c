/* Loaded before a function: its wall clock stands at SECONDS, all its other clocks run. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (clock != CLOCK_REALTIME) return (int)syscall(SYS_clock_gettime, clock, time);
    *time = (struct timespec){.tv_sec = SECONDS};
    return 0;
}
