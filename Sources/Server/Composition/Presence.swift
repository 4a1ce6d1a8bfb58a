import Logging
import PostgresStore
import ServiceLifecycle
import Voicemail

/// What a server whose store others may share does every half minute: it says that it lives, hears how many do, and follows the store's clock.
///
/// Whoever rotates the key waits for all who say that they live. One that was thought to be dead, as a machine that was suspended, or that starts
/// just then, finds another key: it could not open what is sealed, and would seal what nobody else could open, so it ends.
struct Presence: Service {
    let processes: LiveProcesses
    let clock: DatabaseClock?
    let store: any MaintainedStore
    /// The fingerprint of this process's key, which the store is asked about.
    let keyMark: String
    let logger: Logger
    var interval = Duration.seconds(30)

    /// Seconds after which a process that says nothing is not counted any more.
    private static let lifetime = 90

    /// Before anything is served.
    /// - Throws: `PostgresOpenError`, `StoreError`.
    func begin() async throws {
        do { try await announce() } catch {
            await leave()
            throw error
        }
    }

    func run() async throws {
        let isKeyed = await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                await attempt("the database's time could not be asked for") { try await clock?.compare() }
                do { try await announce() } catch PostgresOpenError.otherKey { return false } catch is CancellationError {} catch {
                    note("how many servers there are could not be told", error)
                }
            }
            return true
        }
        await leave()
        guard isKeyed else {
            logger.critical("the installation's key was rotated while this server ran: it ends, and needs the new secret.key")
            throw PostgresOpenError.otherKey
        }
    }

    /// What is asked is asked behind what is said: see `KeyRotation`.
    func announce() async throws {
        try await processes.announce(for: Self.lifetime)
        guard try await store.isKeyed(as: keyMark) else { throw PostgresOpenError.otherKey }
    }

    private func leave() async { await attempt("that this server is gone could not be told") { try await processes.leave() } }

    private func attempt(_ trouble: String, _ step: () async throws -> Void) async {
        do { try await step() } catch is CancellationError {} catch { note(trouble, error) }
    }

    private func note(_ trouble: String, _ error: any Error) { logger.warning("\(trouble)", metadata: ["error": "\(error)"]) }
}
