import HTTPFront
import NIOCore
import Voicemail

/// The parts of a multipart upload, told apart by their types (K§2.3).
struct MultipartUpload {
    private enum Part {
        case json(ByteBuffer)
        case file
        case base64(Base64Decoder)
    }

    private let file: AudioIntake
    private let jsonLimit: Int
    private var part: Part?
    private var files = 0
    private(set) var data: JSONObject?
    private(set) var fileType: String?

    init(file: AudioIntake, jsonLimit: Int) {
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
        fileType = type ?? AudioContainer.unknownType
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
