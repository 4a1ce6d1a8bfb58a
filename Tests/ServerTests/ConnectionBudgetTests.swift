import Testing

@testable import Server

/// As many connections as there are files for. `ShortageTests` sees what becomes of those beyond.
@Suite struct ConnectionBudgetTests {
    @Test func whatFitsIsLeftAsItIs() {
        let files = ConnectionBudget.reserve + 50 + 2 * 4096
        let fits = ConnectionBudget(4096, listeners: 1, files: files, kept: 50)
        #expect(fits.connections == 4096 && !fits.isCut)
        let cut = ConnectionBudget(4096, listeners: 1, files: files - 1, kept: 50)
        #expect(cut.connections == 4095 && cut.isCut)
        let shared = ConnectionBudget(4096, listeners: 2, files: files, kept: 50)
        #expect(shared.connections == 2048 && shared.isCut)
        #expect(ConnectionBudget(4096, listeners: 1, files: 10, kept: 50).connections == 1)
        #expect(ConnectionBudget(4096, listeners: 1, files: nil, kept: 50).connections == 4096)
    }
}
