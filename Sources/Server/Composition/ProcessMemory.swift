#if os(Linux)
import CMachine
import CMalloc

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
#endif

/// What the process gives back of the memory that it does not need.
public enum ProcessMemory {
    /// Hands what is free inside the allocator to the system. Takes some milliseconds.
    public static func trim() {
        #if os(Linux)
        cmalloc_purge()
        #endif
    }

    /// Lets go of code that ran once, such as at the start: the kernel maps sixteen pages for each that is run, and keeps them mapped as
    /// long as the machine is not short of memory. What runs again is mapped again, at the price of a page fault without a disk.
    public static func unmapCode() {
        #if os(Linux)
        cmachine_unmap_code(sysconf(Int32(_SC_PAGESIZE)))
        #endif
    }
}
