import NIOConcurrencyHelpers
import Voicemail

/// What one connection has decoded that requests read again and again (a ticket, an account, a mailbox), as long as nobody has committed since.
///
/// SQLite counts the commits of other connections, whichever process they are in, and a reader's connection makes none
/// (https://www.sqlite.org/pragma.html#pragma_data_version). Asked within a transaction, the count belongs to what that transaction sees, so
/// nothing is shown that has been changed, nor anything too early.
final class RowCache: Sendable {
    private struct State {
        var version = Int.min
        var documents: [String: StoredDocument] = [:]
        var tickets: [String: Ticket] = [:]
    }

    /// Rows of a kind; when there are as many, it begins anew.
    static let mostRows = 512
    /// Bytes of a row's JSON; more is decoded each time, so that the memory is bounded.
    static let mostBytes = 4096

    /// Never waited for: the connection's thread alone uses it.
    private let state = NIOLockedValueBox(State())

    /// Forgets everything unless it is of this version.
    func move(to version: Int) {
        state.withLockedValue { state in
            if state.version != version { state = State(version: version) }
        }
    }

    func document(_ id: String) -> StoredDocument? { state.withLockedValue { $0.documents[id] } }

    func keep(_ document: StoredDocument) {
        state.withLockedValue { state in
            if state.documents.count >= Self.mostRows { state.documents.removeAll(keepingCapacity: true) }
            state.documents[document.id] = document
        }
    }

    func ticket(_ hash: String) -> Ticket? { state.withLockedValue { $0.tickets[hash] } }

    func keep(_ ticket: Ticket) {
        state.withLockedValue { state in
            if state.tickets.count >= Self.mostRows { state.tickets.removeAll(keepingCapacity: true) }
            state.tickets[ticket.hash] = ticket
        }
    }
}
