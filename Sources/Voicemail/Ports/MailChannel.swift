/// A channel whose deliveries are mails. What becomes of an attempt at any of them is told here, once; a channel only writes them.
public protocol MailChannel: DeliveryChannel {
    var mail: any OutgoingMail { get }

    /// The mail of a delivery, but for what follows from the delivery itself.
    /// - Throws: `MailStop` where none is to be sent.
    func compose(_ delivery: Delivery) async throws -> MailDraft
}

/// A mail as a channel has written it.
public struct MailDraft: Sendable {
    public var message: MailMessage
    /// The same in fewer bytes, for a mail server that finds it too large; nil where nothing can be left out.
    public var smaller: (@Sendable () async throws -> MailMessage)?

    public init(_ message: MailMessage, smaller: (@Sendable () async throws -> MailMessage)? = nil) {
        self.message = message
        self.smaller = smaller
    }
}

/// No mail is sent for a delivery, and what becomes of it instead.
public struct MailStop: Error {
    public let outcome: DeliveryOutcome

    public init(_ outcome: DeliveryOutcome) { self.outcome = outcome }

    /// Nobody is to be told any more.
    public static var withdrawn: MailStop { MailStop(.withdrawn) }
}

extension MailAddress {
    /// What somebody has given for an address.
    /// - Throws: `MailStop` for what is none.
    public init(judging text: String) throws(MailStop) {
        guard let address = MailAddress(text) else { throw MailStop(.refused("\(text) is no mail address")) }
        self = address
    }
}

extension MailChannel {
    public func destination(of _: String) -> String { OutgoingMailDestination.name }

    public func attempt(_ delivery: Delivery) async -> DeliveryAttempt { DeliveryAttempt(await outcome(of: delivery)) }

    private func outcome(of delivery: Delivery) async -> DeliveryOutcome {
        do {
            let draft = try await compose(delivery)
            do throws(OutgoingMailError) {
                try await send(draft.message, as: delivery)
            } catch {
                guard error.isTooLarge, let smaller = draft.smaller else { throw error }
                try await send(try await smaller(), as: delivery)
            }
            return .delivered
        } catch let stop as MailStop {
            return stop.outcome
        } catch let error as OutgoingMailError {
            return error.outcome
        } catch {
            return .failed("\(error)")
        }
    }

    private func send(_ message: MailMessage, as delivery: Delivery) async throws(OutgoingMailError) {
        var message = message
        message.id = delivery.id
        message.attempt = delivery.attempts + 1
        try await mail.send(message)
    }
}
