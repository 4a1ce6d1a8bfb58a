import Voicemail

/// Reading within a transaction.
class Snapshot: StoreReader {
    let connection: Connection

    init(_ connection: Connection) { self.connection = connection }
}
