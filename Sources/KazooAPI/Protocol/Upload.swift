import HTTPFront
import NIOCore
import Voicemail

/// Which files an endpoint takes: the words of its contract (K§7.3, K§8), which names fewer than are understood.
enum UploadTypes {
    case message, greeting

    /// Whether a whole body of this type may be the file.
    func accept(_ type: RequestContentType) -> Bool {
        switch (self, type) {
        case (.message, .file(let name)):
            // No container's every name: the contract lists these (K§7.3).
            [AudioContainer.unknownType, "audio/x-wav", "audio/wav", "audio/mpeg", "audio/mp3", "audio/ogg"].contains(name)
        case (.greeting, .file(let name)): name == AudioContainer.unknownType || Schema.mediaTypes.contains(name)
        case (.message, .base64): false
        case (.greeting, .base64): true
        case (_, .multipart(let header)):
            header.lowercased().hasPrefix("multipart/form-data") || header.lowercased().hasPrefix("multipart/mixed")
        case (_, .absent), (_, .json), (_, .form): true
        }
    }
}

/// Reads a request's body as an upload: one file, streamed into the archive, and perhaps an envelope beside it.
///
/// The file is durable when this returns and belongs to no row yet; whoever calls stores it or drops it.
struct Upload {
    /// What a body may have around the files it carries: boundaries and part headers.
    private static let framing = 65_536

    private let call: KazooCall
    private let service: VoicemailService
    private let limit: Int
    private let missingFile: String

    struct Content {
        /// The payload of the JSON part; nil without one.
        var data: JSONObject?
        var audio: ReceivedAudio?
    }

    /// - Parameters:
    ///   - limit: bytes of one file, and of a body that is no multipart.
    ///   - missingFile: the text that asks for a file.
    init(_ call: KazooCall, service: VoicemailService, limit: Int, missingFile: String = "Please provide a media file") {
        self.call = call
        self.service = service
        self.limit = limit
        self.missingFile = missingFile
    }

    /// The one file of a request that is nothing else.
    func requireFile(accepting types: UploadTypes) async throws -> ReceivedAudio {
        guard let audio = try await read(accepting: types).audio else { throw KazooFailure.invalid("file", "required", missingFile) }
        return audio
    }

    func read(accepting types: UploadTypes) async throws -> Content {
        guard types.accept(call.contentType) else { throw KazooFailure.unsupportedMediaType }
        do {
            switch call.contentType {
            case .absent, .json, .form: return Content(data: call.envelope.data)
            case .file(let type): return Content(audio: try await readWhole(type))
            case .base64: return Content(audio: try await readBase64())
            case .multipart(let header): return try await readMultipart(header)
            }
        } catch ArchiveError.tooLarge, BodyError.tooLarge {
            throw KazooFailure.tooLarge(limit)
        } catch is Base64Decoder.Failure {
            throw KazooFailure.invalid("file", "encoding", "failed to decode base64 data")
        } catch is BodyError {
            throw KazooFailure.parseError()
        }
    }

    /// The body is the file.
    private func readWhole(_ type: String) async throws -> ReceivedAudio? {
        if let length = call.request.body.declaredLength, length > limit { throw KazooFailure.tooLarge(limit) }
        return try await receiving { file in
            for try await chunk in call.request.body { try await file.write(chunk) }
            return try await finish(file, type)
        }
    }

    private func readBase64() async throws -> ReceivedAudio? {
        try await receiving { file in
            var decoder = Base64Decoder()
            for try await chunk in call.request.body { try await file.write(try decoder.decode(chunk)) }
            try await file.write(try decoder.finish())
            let type = decoder.mediaType.flatMap { MediaType(parsing: $0)?.essence } ?? AudioContainer.unknownType
            return try await finish(file, type)
        }
    }

    private func readMultipart(_ header: String) async throws -> Content {
        guard let boundary = MediaType(parsing: header)?.boundary else { throw KazooFailure.parseError() }
        return try await receiving { file in
            var body = MultipartUpload(file: file, jsonLimit: limit)
            do {
                // A file at its limit, with what surrounds it, is let in; padding without end is not.
                try await MultipartParser.read(call.request.body, boundary: boundary, upTo: 2 * limit + Self.framing) { try await body.take($0) }
            } catch is MultipartError {
                throw KazooFailure.parseError()
            }
            let audio = try await finish(file, body.fileType ?? AudioContainer.unknownType, isLengthKnown: body.data?["length"]?.int != nil)
            return Content(data: body.data, audio: audio)
        }
    }

    private func receiving<Value>(_ body: (AudioIntake) async throws -> Value) async throws -> Value {
        try await service.messages.receivingAudio(for: call.account?.id ?? "", limit: limit, body)
    }

    /// - Parameter isLengthKnown: whether its sender said how long it is.
    /// - Returns: nil where there were no bytes.
    private func finish(_ file: AudioIntake, _ type: String, isLengthKnown: Bool = false) async throws -> ReceivedAudio? {
        if file.isEmpty { return nil }
        return try await file.finish(contentType: type, fileName: name(type), policy: .keepAnything, isLengthKnown: isLengthKnown)
    }

    private func name(_ type: String) -> String {
        let wanted = (call.request.query["filename"] ?? call.envelope.data["filename"]?.string).map { FileLabel.lastComponent($0) }
        return DownloadName.ofUpload(requested: wanted, contentType: type, now: service.clock.now)
    }
}
