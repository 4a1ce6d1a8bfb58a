import CPostgres

extension Connection {
    /// Runs statements one after the other, and waits for the server once; their rows come in binary.
    /// - Returns: an answer to each that was run; behind a failure nothing was.
    /// - Throws: `Interruption`.
    func run(_ steps: [Step], within seconds: Int) throws -> [Answer] {
        try settle(within: seconds)
        guard PQenterPipelineMode(handle) == 1 else { throw interruption() }
        defer { PQexitPipelineMode(handle) }
        // The indexes of answers to PREPARE.
        var preparations: [Int] = [], fresh: [(text: String, prepared: PreparedStatements.Statement)] = []
        let answers = try answers(within: seconds, untilSync: true) {
            for (index, step) in steps.enumerated() {
                let statement = step.statement
                guard step.isKept, let name = name(of: statement, &fresh) else {
                    guard sendOnce(statement) == 1 else { return 0 }
                    continue
                }
                if name.isNew {
                    preparations.append(index + preparations.count)
                    guard sendPreparation(of: statement, as: name.text) == 1 else { return 0 }
                }
                guard sendPrepared(name.text, statement.parameters) == 1 else { return 0 }
            }
            return PQpipelineSync(handle)
        }
        guard !preparations.isEmpty else { return answers }
        let done = preparations.prefix { $0 < answers.count && !answers[$0].isFailure }
        for (text, statement) in fresh.prefix(done.count) { prepared.keep(statement, for: text) }
        return answers.enumerated().filter { !done.contains($0.offset) }.map(\.element)
    }

    private func name(
        of statement: SQL, _ fresh: inout [(text: String, prepared: PreparedStatements.Statement)]
    ) -> (text: String, isNew: Bool)? {
        if let known = prepared[statement.text] { return (known.name, false) }
        if let known = fresh.first(where: { $0.text == statement.text }) { return (known.prepared.name, false) }
        guard let name = prepared.nextName(beyond: fresh.count) else { return nil }
        fresh.append((statement.text, PreparedStatements.Statement(name: name, kinds: statement.parameters.kinds)))
        return (name, true)
    }

    private func sendPreparation(of statement: SQL, as name: String) -> Int32 {
        let types = statement.parameters.kinds.map(\.rawValue)
        return PQsendPrepare(handle, name, SQL.numbered(statement.text), Int32(types.count), types)
    }
}
