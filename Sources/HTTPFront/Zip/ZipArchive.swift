import CArchive
import NIOCore
import Voicemail

/// libarchive's ZIP writer with its output kept until somebody takes it. Used by one task.
final class ZipArchive {
    struct Failure: Error {
        let reason: String
    }

    /// Gathers what libarchive writes; its address is the writer's client data.
    private final class Output {
        var bytes = ByteBuffer()
    }

    /// libarchive's `AE_IFREG`, a macro with a cast that Swift does not see.
    private static let regularFile: UInt32 = 0o100000

    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let output = Output()

    init() throws(Failure) {
        guard let archive = archive_write_new() else { throw Failure(reason: "no memory for an archive") }
        guard let entry = archive_entry_new() else {
            archive_write_free(archive)
            throw Failure(reason: "no memory for an archive entry")
        }
        self.archive = archive
        self.entry = entry
        try check(archive_write_set_format_zip(archive))
        try check(archive_write_zip_set_compression_store(archive))
        try check(archive_write_set_format_option(archive, "zip", "hdrcharset", "UTF-8"))
        // libarchive hands on its output at once, and pads nothing at the end.
        try check(archive_write_set_bytes_per_block(archive, 0))
        let write: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = { _, client, bytes, count in
            guard let client, let bytes else { return -1 }
            // `output` lives as long as `archive`, which is the only caller.
            Unmanaged<Output>.fromOpaque(client).takeUnretainedValue().bytes.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        try check(archive_write_open(archive, Unmanaged.passUnretained(output).toOpaque(), nil, write, nil))
    }

    deinit {
        archive_entry_free(entry)
        archive_write_free(archive)
    }

    /// Bytes that wait to be taken.
    var pending: Int { output.bytes.readableBytes }

    func takePending() -> ByteBuffer {
        let bytes = output.bytes
        output.bytes = ByteBuffer()
        return bytes
    }

    func begin(_ name: String, size: Int, modified: Timestamp) throws(Failure) {
        archive_entry_clear(entry)
        // Both forms, since conversions between them would depend on the process' locale.
        archive_entry_set_pathname_utf8(entry, name)
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_filetype(entry, Self.regularFile)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, modified.unix, 0)
        try check(archive_write_header(archive, entry))
    }

    func write(_ bytes: ByteBuffer) throws(Failure) {
        let written = bytes.withUnsafeReadableBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
        guard written == bytes.readableBytes else { throw failure() }
    }

    func end() throws(Failure) {
        try check(archive_write_finish_entry(archive))
    }

    func close() throws(Failure) {
        try check(archive_write_close(archive))
    }

    private func check(_ status: CInt) throws(Failure) {
        guard status == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> Failure {
        Failure(reason: archive_error_string(archive).map { String(cString: $0) } ?? "libarchive failed without a word")
    }
}
