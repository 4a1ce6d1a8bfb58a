import HTTPFront
import Voicemail

/// Greetings of extensions and of group boxes (P§5, P§6).
extension PSeriesDialect {
    func listGreetings(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let number = try call.parameters.requireNumber("extension")
        let paging = try Paging(call.parameters)
        guard let found = try await service.greetings.list(ofNumber: number, in: call.account), kind.fits(found.mailbox) else {
            throw PSeriesFailure.notFound
        }
        return .fields([
            "total_number": .int(found.greetings.count),
            "greeting_list": .array(paging.slice(found.greetings).map { GreetingView.item($0, owner: (kind.module, found.mailbox.number)) }),
        ])
    }

    func linkGreeting(_ call: PSeriesCall, _ kind: BoxKind, plays: Bool) async throws -> PSeriesAnswer {
        let greeting = try await greeting(call, kind).greeting
        guard greeting.greeting.hasAudio else { throw PSeriesFailure.notFound }
        let link = try await link(
            to: .greeting(id: greeting.greeting.id, fileName: greeting.fileName), kind: .greeting,
            fileExtension: String(greeting.suffix.dropFirst()), isOpen: plays, call)
        return .fields(["file": .string(greeting.fileName), plays ? "play_resource_url" : "download_resource_url": .string(link.url)])
    }

    func deleteGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let found = try await greeting(call, kind)
        try await service.greetings.remove(found.greeting.fileName, on: found.shelf)
        return .success
    }

    /// Rings a phone, once there is one to ring: until then what is asked is judged and refused (P§5.6).
    func recordGreeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> PSeriesAnswer {
        let owner = try call.parameters.requireNumber("owner"), recorder = try call.parameters.requireNumber("recorder")
        let file = try call.parameters.requireText("file")
        guard file.utf8.allSatisfy(Self.isRecordable), file.utf8.count <= 250 else { throw PSeriesFailure.invalid("file", .string(file)) }
        _ = try await box(owner, kind, of: call.account)
        _ = try await box(recorder, .extension, of: call.account)
        throw PSeriesFailure.unsupportedOperation
    }

    private static func isRecordable(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The greeting that `extension` and `file` name. Of a path only the last component counts (P§5.2).
    private func greeting(_ call: PSeriesCall, _ kind: BoxKind) async throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        let number = try call.parameters.requireNumber("extension")
        let names = try call.parameters.requireReadings("file").map { FileLabel.lastComponent($0) }
        let shelf = GreetingShelf.mailbox(try await box(number, kind, of: call.account))
        for name in names {
            do {
                return (try await service.greetings.find(name, on: shelf), shelf)
            } catch VoicemailError.notFound {
                continue
            }
        }
        throw PSeriesFailure.notFound
    }

    func listPrompts(_ call: PSeriesCall) async throws -> PSeriesAnswer {
        let paging = try Paging(call.parameters)
        let prompts = try await service.greetings.list(on: .prompts(account: call.account)).reversed()
        return .fields([
            "total_number": .int(prompts.count), "greeting_list": .array(paging.slice(Array(prompts)).map { GreetingView.item($0, owner: nil) }),
        ])
    }
}
