import Foundation

/// What is in a directory.
enum FileList {
    static func names(in directory: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    /// How many bytes there are in all of them.
    static func bytes(in directory: String) throws -> Int {
        try names(in: directory).reduce(0) { sum, name in
            // One that was just removed has none.
            sum + ((try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)[.size] as? Int) ?? 0)
        }
    }

    /// Waits until nothing is.
    static func becomesEmpty(_ directory: String) async throws {
        let clock = ContinuousClock(), end = clock.now + .seconds(60)
        while try !names(in: directory).isEmpty, clock.now < end { try await Task.sleep(for: .milliseconds(20)) }
    }
}
