@testable import SQLiteStore
import TestKit
import Testing
import Voicemail

struct CensusTests {
    @Test("The census counts what is there, and how long what waits has waited")
    func counts() async throws {
        try await withStore { store in
            let now = StoreContract.now
            let empty = try await store.census()
            #expect(empty == Census())
            try await store.write { writer in
                for account in ["a", "b"] { _ = try writer.insert(StoreContract.document(account, kind: .account, account: account, key: account)) }
                _ = try writer.insert(StoreContract.document("box", account: "a", key: "1"))
                for number in 0..<3 { _ = try writer.insert(StoreContract.message("m\(number)", folder: number == 0 ? .saved : .new)) }
                try writer.remove(messageID: "m2", at: now, physically: false)
                for age in [10, 30, 20] {
                    try writer.insert(
                        Delivery(
                            channel: "c", target: "t", accountID: "a", eventSerial: 1, payload: [:], due: now, created: now.advanced(by: -age)))
                }
                try writer.append(Event(kind: .documentEdited, accountID: "a", subjectID: "box", created: now.advanced(by: -5)))
            }
            let census = try await store.census()
            #expect(census.documents == [.account: 2, .mailbox: 1])
            #expect(census.messages == Tally(new: 1, saved: 1))
            #expect(census.deliveries == DeliveryTotals(pending: 3))
            #expect(census.oldestDelivery == now.advanced(by: -30))
            #expect(census.oldestEvent == now.advanced(by: -5))
            try await store.write { try $0.remove(documentID: "b", at: now, physically: false) }
            let later = try await store.census()
            #expect(later.documents[.account] == 1)
        }
    }
}
