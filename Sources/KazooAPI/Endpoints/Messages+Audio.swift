import Foundation
import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Messages with their audio, coming and going (K§7.3, K§7.9 to K§7.11).
extension KazooDialect {
    func createMessage(in box: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        try await requireMailbox(box, call)
        // An envelope is judged before anything is stored; that of a multipart body may follow the file.
        let early = call.contentType.isEnvelope ? try Self.draft(call.envelope.data) : nil
        let asked = try Self.notify(call)
        let content = try await Upload(call, service: service, limit: settings.maximumBody).read(accepting: .message)
        let (draft, tells) = try await service.dropping(content.audio) { try early ?? Self.draft(content.data ?? [:]) }
        let message = try await service.messages.deposit(
            draft, mailboxID: box, in: account, audio: content.audio, from: .filing(tells: tells ?? asked))
        return reply(message, account).created(at: "/v2/accounts/\(account.id)/vmboxes/\(box)/messages/\(message.monthID)")
    }

    func attachAudio(_ place: MessagePlace, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let before = try await service.messages.find(place, in: account)
        let cutoff = service.mailboxes.cutoff(for: account)
        if before.timestamp < cutoff { throw VoicemailError.expired(id: place.monthID, cutoff: cutoff) }
        let audio = try await Upload(call, service: service, limit: settings.maximumBody).requireFile(accepting: .message)
        return reply(try await service.messages.attach(audio, to: place, in: account), account)
    }

    func messageAudio(_ place: MessagePlace, _ call: KazooCall) async throws -> Reply {
        if call.method == .put { return try await attachAudio(place, call) }
        let account = try call.requireAccount()
        let found = if case .message(let early)? = call.early { early } else { try await service.messages.findZoned(place, in: account) }
        let (reader, audio) = try await service.messages.audio(of: found.message)
        let name = DownloadName.of(found.message, zone: found.zone)
        try await service.audit.noteHeard(found.message, in: account)
        return Reply(.raw(AudioDownload.response(reader, contentType: audio.contentType, fileName: name, call.request)))
    }

    /// A ZIP of the audio of several messages; those that are missing or silent, or whose audio the disk has lost, are left out, and where
    /// nothing is left there is no archive (K§12-40).
    func archive(of box: String, _ call: KazooCall) async throws -> Reply {
        let account = try call.requireAccount()
        let mailbox = try await service.mailboxes.find(box, of: account)
        let ids = try messageIDs(call)
        try requireEnvelope(call)
        let zone = try await service.mailboxes.timeZone(of: mailbox, account: account)
        var entries: [MessageArchive.Entry] = []
        for message in try await service.messages.list(ids, of: box, in: account) where message.audio != nil {
            entries.append(MessageArchive.Entry(message, name: DownloadName.of(message, zone: zone)))
        }
        let archive = MessageArchive(entries, names: settings.zipNames, service: service, logger: call.request.logger)
        guard let response = try await archive.response(named: call.request.id + ".zip") else { throw KazooFailure.notFound }
        return Reply(.raw(response))
    }

    /// Whether others are told of it, as the query says; an addition of ours.
    private static func notify(_ call: KazooCall) throws(KazooFailure) -> Bool? {
        guard let word = call.request.query["notify"] else { return nil }
        let (checked, violations) = Schema.messageDraft.apply(to: ["notify": .string(word)])
        if !violations.isEmpty { throw .invalid(violations) }
        return checked["notify"]?.bool
    }

    private static func draft(_ data: JSONObject) throws(KazooFailure) -> (draft: MessageDraft, tells: Bool?) {
        let (checked, violations) = Schema.messageDraft.apply(to: data)
        if !violations.isEmpty { throw .invalid(violations) }
        let draft = MessageDraft(
            callID: checked["call_id"]?.string, callerName: checked["caller_id_name"]?.string, callerNumber: checked["caller_id_number"]?.string,
            from: checked["from"]?.string, to: checked["to"]?.string, folder: checked["folder"]?.string.flatMap(Folder.init),
            lengthMilliseconds: checked["length"]?.int, timestamp: checked["timestamp"]?.int.flatMap { Timestamp(gregorian: $0) })
        return (draft, checked["notify"]?.bool)
    }
}
