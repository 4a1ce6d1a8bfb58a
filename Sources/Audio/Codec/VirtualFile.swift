import CSndFile
import Voicemail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a C library reads or writes as its file. Belongs to one conversion and is used on its thread only.
///
/// The libraries know no errors of ours, so the first one is kept in `failure` and the library sees an
/// end of file; whoever drives the library looks at `failure` afterwards.
class VirtualFile {
    var position = 0
    private(set) var failure: AudioError?

    /// Bytes.
    var length: Int { 0 }

    /// Reads at `position`; fewer bytes than asked only at the end.
    func read(into destination: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int { 0 }

    /// Writes all of `bytes` at `position`.
    func write(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {}

    /// The number of bytes moved by `transfer`, which advances the position; 0 after a failure.
    final func attempt(_ transfer: () throws(AudioError) -> Int) -> Int {
        guard failure == nil else { return 0 }
        do {
            let count = try transfer()
            position += count
            return count
        } catch {
            failure = error
            return 0
        }
    }

    /// As `lseek`.
    /// - Returns: the new position, -1 when it would be before the start.
    final func seek(to offset: Int, from whence: Int32) -> Int {
        let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : length
        let (target, overflows) = base.addingReportingOverflow(offset)
        guard !overflows, target >= 0 else { return -1 }
        position = target
        return target
    }

    /// The file that a library hands back to a callback.
    ///
    /// The pointer was made from a file that the decoder or encoder holds for as long as the library's
    /// handle is open, and callbacks come only during calls on that handle.
    static func from(_ context: UnsafeMutableRawPointer?) -> VirtualFile? {
        context.map { Unmanaged<VirtualFile>.fromOpaque($0).takeUnretainedValue() }
    }

    final var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

extension SF_VIRTUAL_IO {
    /// The callbacks of a `VirtualFile`.
    static var virtualFile: SF_VIRTUAL_IO {
        SF_VIRTUAL_IO(
            get_filelen: { sf_count_t(VirtualFile.from($0)?.length ?? 0) },
            seek: { sf_count_t(VirtualFile.from($2)?.seek(to: Int($0), from: $1) ?? -1) },
            read: { destination, count, context in
                guard let file = VirtualFile.from(context), let destination, count > 0 else { return 0 }
                let buffer = UnsafeMutableRawBufferPointer(start: destination, count: Int(count))
                return sf_count_t(file.attempt { () throws(AudioError) in try file.read(into: buffer) })
            },
            write: { bytes, count, context in
                guard let file = VirtualFile.from(context), let bytes, count > 0 else { return 0 }
                let buffer = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                let written = file.attempt { () throws(AudioError) in
                    try file.write(buffer)
                    return buffer.count
                }
                return sf_count_t(written)
            },
            tell: { sf_count_t(VirtualFile.from($0)?.position ?? 0) })
    }
}
