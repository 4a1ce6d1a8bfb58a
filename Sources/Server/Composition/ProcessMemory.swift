#if canImport(Glibc)
import CMalloc
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
}
