/*
 * Faults of disk and clock for one process: loaded with LD_PRELOAD, steered at run time through a small file that both sides map.
 * Build: cc -O2 -shared -fPIC -o fault-shim.so fault-shim.c -ldl
 *
 * fsync and fdatasync fail with EIO (fail_syncs times) or take longer (sync_delay_ms); the wall clock is off by clock_offset_ns. The
 * monotonic clock is left alone, as a real step of the clock leaves it. The layout of struct control is known to FaultShim.cs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    _Atomic int64_t fail_syncs;      /* calls still to fail */
    _Atomic int64_t sync_delay_ms;
    _Atomic int64_t clock_offset_ns;
    _Atomic int64_t syncs;           /* calls so far */
    _Atomic int64_t failed_syncs;
    _Atomic int64_t clock_reads;     /* reads of the wall clock with an offset */
};

typedef int (*clock_function)(clockid_t, struct timespec *);

static struct control idle;
static struct control *control = &idle;
static clock_function real_clock;

static int system_clock(clockid_t id, struct timespec *now) {
    return real_clock ? real_clock(id, now) : (int)syscall(SYS_clock_gettime, id, now);
}

__attribute__((constructor)) static void open_control(void) {
    real_clock = (clock_function)dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("CROSSPOINT_FAULT_CONTROL");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) control = mapped;
}

/* Nonzero when the call is to fail. */
static int before_sync(void) {
    atomic_fetch_add(&control->syncs, 1);
    int64_t left = atomic_load(&control->fail_syncs);
    while (left > 0) {
        if (!atomic_compare_exchange_weak(&control->fail_syncs, &left, left - 1)) continue;
        atomic_fetch_add(&control->failed_syncs, 1);
        errno = EIO;
        return -1;
    }

    int64_t delay = atomic_load(&control->sync_delay_ms);
    if (delay > 0) {
        struct timespec pause = { delay / 1000, delay % 1000 * 1000000 };
        while (nanosleep(&pause, &pause) != 0 && errno == EINTR) { }
    }

    return 0;
}

int fsync(int file) {
    return before_sync() != 0 ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    return before_sync() != 0 ? -1 : (int)syscall(SYS_fdatasync, file);
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int result = system_clock(id, now);
    int64_t offset = result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) ? atomic_load(&control->clock_offset_ns) : 0;
    if (offset != 0) {
        atomic_fetch_add(&control->clock_reads, 1);
        int64_t at = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + offset;
        now->tv_sec = at / 1000000000;
        now->tv_nsec = at % 1000000000;
    }

    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (result) *result = at.tv_sec;
    return at.tv_sec;
}
