#if canImport(Glibc)
import CMachine
import CMalloc
import Glibc
#endif

/// How the C allocator behaves in a process that runs for months.
public enum ProcessMemory {
    private static let arenas: Int32 = 2
    private static let returnedAt: Int32 = 2 << 20
    private static let mappedAt: Int32 = 4 << 20

    /// glibc gives each thread that allocates an arena of its own, up to eight times the cores, and returns little of what
    /// they held at their worst; with two dozen mostly waiting threads that is most of an idle server's memory. Two arenas
    /// are enough for threads that mostly wait. The thresholds say when free memory goes back, and how large a buffer
    /// has to be for a mapping of its own: larger than an upload's, which would cost its page faults again each time.
    /// Call it before threads are started.
    public static func keepSmall() {
        #if canImport(Glibc)
        mallopt(M_ARENA_MAX, arenas)
        mallopt(M_TRIM_THRESHOLD, returnedAt)
        mallopt(M_MMAP_THRESHOLD, mappedAt)
        #endif
    }

    /// Hands what is free inside the arenas to the system. Takes some milliseconds in which nothing can be allocated.
    public static func trim() {
        #if canImport(Glibc)
        malloc_trim(0)
        #endif
    }

    /// Lets go of code that ran once, such as at the start: the kernel maps sixteen pages for each that is run, and keeps them mapped as
    /// long as the machine is not short of memory. What runs again is mapped again, at the price of a page fault without a disk.
    public static func unmapCode() {
        #if canImport(Glibc)
        cmachine_unmap_code(sysconf(Int32(_SC_PAGESIZE)))
        #endif
    }
}
