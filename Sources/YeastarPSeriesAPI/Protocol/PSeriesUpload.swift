import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// A multipart upload: the file, streamed into the archive, and the fields beside it, in whatever order they come (P§5.4).
/// Used by one task.
final class PSeriesUpload {
    enum Mode: String {
        /// Only asks whether the name is free.
        case ask
        /// Stores, replacing what has the name.
        case force
    }

    /// Bytes of the file part: exactly so many are in.
    static let longestFile = 8 << 20
    /// Bytes of a text part.
    private static let longestField = 4096
    /// What a body may have around its file.
    private static let framing = 65_536

    private let call: PSeriesCall
    private let intake: AudioIntake
    private var label: String?
    private var received = 0
    private var fields: [String: String] = [:]
    private var part = Part.ignored

    private enum Part {
        case file
        case field(String, ByteBuffer)
        case ignored
    }

    private init(_ call: PSeriesCall, _ intake: AudioIntake) {
        self.call = call
        self.intake = intake
    }

    /// Reads the whole upload, then lets `body` judge it. Whatever is not stored by then is dropped.
    static func read<Value>(_ call: PSeriesCall, service: VoicemailService, _ body: (PSeriesUpload) async throws -> Value) async throws -> Value {
        try await service.messages.receivingAudio(for: call.account.id, limit: longestFile) { intake in
            let upload = PSeriesUpload(call, intake)
            try await upload.parse()
            return try await body(upload)
        }
    }

    // MARK: What was sent

    /// A text part, or the query's parameter of that name.
    func text(_ name: String) throws(PSeriesFailure) -> String? {
        if let text = fields[name] { return text.isEmpty ? nil : text }
        return try call.parameters.text(name)
    }

    func require(_ name: String) throws(PSeriesFailure) -> String {
        guard let text = try text(name) else { throw .required(name) }
        return text
    }

    func mode() throws(PSeriesFailure) -> Mode {
        let word = try require("is_check")
        guard let mode = Mode(rawValue: word) else { throw .invalid("is_check", .string(word)) }
        return mode
    }

    /// The last component of the client's name for the file.
    func fileName() throws(PSeriesFailure) -> String {
        guard let label else { throw .required("file") }
        let name = FileLabel.lastComponent(label)
        guard GreetingName.isFileName(name) else { throw .invalid("file", .string(name)) }
        return name
    }

    /// The file, durable; whoever calls stores it or drops it.
    func audio(named name: String) async throws -> ReceivedAudio {
        guard !intake.isEmpty else { throw PSeriesFailure.invalid("file", .string(name)) }
        do {
            return try await intake.finish(contentType: AudioContainer.contentType(ofFile: name), fileName: name, policy: .playableOnly)
        } catch VoicemailError.unplayable {
            throw PSeriesFailure.invalid("file", .string(name))
        }
    }

    // MARK: Parsing

    private func parse() async throws {
        guard let type = call.request.headers[.contentType].flatMap({ MediaType(parsing: $0) }), let boundary = type.boundary else {
            throw PSeriesFailure.syntaxError
        }
        do {
            try await MultipartParser.read(call.request.body, boundary: boundary, upTo: Self.longestFile + Self.framing) { try await take($0) }
        } catch BodyError.tooLarge {
            // More than a file with what surrounds it, or than the installation takes of anything.
            throw PSeriesFailure.fileTooLarge
        }
    }

    private func take(_ event: MultipartEvent) async throws {
        switch event {
        case .partBegin(let headers): try begin(headers)
        case .partData(let bytes): try await append(bytes)
        case .partEnd:
            if case .field(let name, let bytes) = part {
                guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else { throw PSeriesFailure.syntaxError }
                fields[name] = text
            }
            part = .ignored
        case .finished: break
        }
    }

    private func begin(_ headers: PartHeaders) throws {
        let disposition = headers.disposition
        switch disposition?.name {
        case "file"?:
            guard label == nil else { throw PSeriesFailure.invalid("file", nil) }
            label = disposition?.filename ?? ""
            part = .file
        case let name?: part = .field(name, ByteBuffer())
        case nil: part = .ignored
        }
    }

    private func append(_ bytes: ByteBuffer) async throws {
        switch part {
        case .file:
            received += bytes.readableBytes
            guard received <= Self.longestFile else { throw PSeriesFailure.fileTooLarge }
            // Asked only for the name, nothing is written.
            if fields["is_check"] == Mode.ask.rawValue { return }
            try await intake.write(bytes)
        case .field(let name, var text):
            guard text.readableBytes + bytes.readableBytes <= Self.longestField else { throw PSeriesFailure.invalid(name, nil) }
            part = .ignored
            text.writeImmutableBuffer(bytes)
            part = .field(name, text)
        case .ignored: break
        }
    }
}
