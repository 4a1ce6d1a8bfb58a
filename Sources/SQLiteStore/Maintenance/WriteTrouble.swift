import Synchronization
import Voicemail

/// The last trouble a write had, until a write that needs room has succeeded.
final class WriteTrouble: Sendable {
    private let trouble = Mutex<String?>(nil)

    func note(_ error: StoreError) {
        switch error {
        case .conflict: return
        case .full: trouble.withLock { $0 = "no room for the database" }
        case .failed, .undecided: trouble.withLock { $0 = "the database cannot be written" }
        }
    }

    func recover() { trouble.withLock { $0 = nil } }

    var current: String? { trouble.withLock { $0 } }
}
