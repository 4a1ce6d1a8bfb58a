import HTTPFront
import NIOCore
import Voicemail

/// Which files an endpoint takes (K§7.3, K§8).
enum UploadTypes {
    case message, greeting

    /// Whether a whole body of this type may be the file.
    func accept(_ type: RequestContentType) -> Bool {
        switch (self, type) {
        case (.message, .file(let name)):
            ["application/octet-stream", "audio/x-wav", "audio/wav", "audio/mpeg", "audio/mp3", "audio/ogg"].contains(name)
        case (.greeting, .file(let name)): name == "application/octet-stream" || Schema.mediaTypes.contains(name)
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

    private let call: Call
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
    init(_ call: Call, service: VoicemailService, limit: Int, missingFile: String = "Please provide a media file") {
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
        let file = UploadedFile(service, accountID: call.account?.id ?? "", limit: limit)
        return try await file.collecting {
            for try await chunk in call.request.body { try await file.write(chunk) }
            return try await file.finish(contentType: type, fileName: name(type))
        }
    }

    private func readBase64() async throws -> ReceivedAudio? {
        let file = UploadedFile(service, accountID: call.account?.id ?? "", limit: limit)
        return try await file.collecting {
            var decoder = Base64Decoder()
            for try await chunk in call.request.body { try await file.write(try decoder.decode(chunk)) }
            try await file.write(try decoder.finish())
            let type = decoder.mediaType.flatMap { MediaType(parsing: $0)?.essence } ?? "application/octet-stream"
            return try await file.finish(contentType: type, fileName: name(type))
        }
    }

    private func readMultipart(_ header: String) async throws -> Content {
        guard let boundary = MediaType(parsing: header)?.boundary else { throw KazooFailure.parseError() }
        let file = UploadedFile(service, accountID: call.account?.id ?? "", limit: limit)
        return try await file.collecting {
            var body = MultipartUpload(file: file, jsonLimit: limit)
            var parser = MultipartParser(boundary: boundary)
            var received = 0
            do {
                for try await chunk in call.request.body {
                    received += chunk.readableBytes
                    // A file at its limit, with what surrounds it, is let in; padding without end is not.
                    if received > 2 * limit + Self.framing { throw KazooFailure.tooLarge(limit) }
                    parser.append(chunk)
                    while let event = try parser.next() { try await body.take(event) }
                }
                parser.finish()
                while let event = try parser.next() { try await body.take(event) }
            } catch is MultipartError {
                throw KazooFailure.parseError()
            }
            let type = body.fileType ?? "application/octet-stream"
            let audio = try await file.finish(contentType: type, fileName: name(type), isLengthKnown: body.data?["length"]?.int != nil)
            return Content(data: body.data, audio: audio)
        }
    }

    private func name(_ type: String) -> String {
        let wanted = (call.request.query["filename"] ?? call.envelope.data["filename"]?.string).map { FileLabel.lastComponent($0) }
        return DownloadName.ofUpload(requested: wanted, contentType: type, now: service.clock.now)
    }
}

/// The parts of a multipart upload, told apart by their types (K§2.3).
private struct MultipartUpload {
    private enum Part {
        case json(ByteBuffer)
        case file
        case base64(Base64Decoder)
    }

    private let file: UploadedFile
    private let jsonLimit: Int
    private var part: Part?
    private var files = 0
    private(set) var data: JSONObject?
    private(set) var fileType: String?

    init(file: UploadedFile, jsonLimit: Int) {
        self.file = file
        self.jsonLimit = jsonLimit
    }

    mutating func take(_ event: MultipartEvent) async throws {
        switch event {
        case .partBegin(let headers): try begin(headers)
        case .partData(let bytes): try await append(bytes)
        case .partEnd: try await end()
        case .finished: break
        }
    }

    private mutating func begin(_ headers: PartHeaders) throws {
        let type = headers.contentType?.essence
        if type == "application/json" || type == "application/x-json" {
            part = .json(ByteBuffer())
            return
        }
        files += 1
        if files > 1 { throw KazooFailure.invalid("file", "maxItems", "Please provide a single media file") }
        fileType = type ?? "application/octet-stream"
        part = headers.isBase64 ? .base64(Base64Decoder()) : .file
    }

    private mutating func append(_ bytes: ByteBuffer) async throws {
        switch part {
        case .json(var text)?:
            guard text.readableBytes + bytes.readableBytes <= jsonLimit else { throw KazooFailure.tooLarge(jsonLimit) }
            part = nil
            text.writeImmutableBuffer(bytes)
            part = .json(text)
        case .file?: try await file.write(bytes)
        case .base64(var decoder)?:
            let decoded = try decoder.decode(bytes)
            part = .base64(decoder)
            try await file.write(decoded)
        case nil: break
        }
    }

    private mutating func end() async throws {
        switch part {
        case .json(let text)?: data = try RequestEnvelope(parsing: text, acceptsBare: true).data
        case .base64(var decoder)?: try await file.write(try decoder.finish())
        case .file?, nil: break
        }
        part = nil
    }
}
