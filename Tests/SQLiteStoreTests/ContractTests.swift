import SQLiteStore
import TestKit
import Testing

struct ContractTests {
    @Test(arguments: StoreContract.all)
    func holds(_ promise: StoreContract.Case) async throws {
        try await withStore { try await promise.run($0) }
    }

    @Test("The port's promises hold without batches, and with one reader", arguments: StoreContract.all)
    func holdsWithLeastResources(_ promise: StoreContract.Case) async throws {
        try await withStore(StoreOptions(readers: 1, batchLimit: 1, checkpointPages: 1)) { try await promise.run($0) }
    }
}
