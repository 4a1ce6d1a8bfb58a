import Foundation
import Testing

/// What a target declares in the package's manifest is what its sources import: no more, and no less.
struct ManifestTests {
    /// What comes with the language and the system.
    private static let given: Set = ["Darwin", "Dispatch", "Foundation", "FoundationNetworking", "Glibc", "Musl", "RegexBuilder", "Synchronization", "Testing"]
    /// Tests declare the program because they run it.
    private static let run: Set = ["aftertone"]

    /// What is linked and not imported: its names are another's (`CRe`).
    private static let linked: Set = ["CStreams"]

    private struct Target {
        let name: String
        let directory: String
        let dependencies: Set<String>
    }

    @Test func targetsDeclareWhatTheyImport() throws {
        let targets = try Self.targets()
        #expect(targets.count > 40)
        for target in targets {
            let imported = try Self.imports(of: target).subtracting(Self.given).subtracting([target.name])
            let declared = target.dependencies.subtracting(Self.run).subtracting(Self.linked)
            #expect(declared.subtracting(imported).isEmpty, "\(target.name) declares what it does not import")
            #expect(imported.subtracting(declared).isEmpty, "\(target.name) imports what it does not declare")
        }
    }

    private static func imports(of target: Target) throws -> Set<String> {
        var found: Set<String> = []
        for file in try Repository.files(below: target.directory, "") where file.hasSuffix(".swift") || file.hasSuffix(".c") {
            try Repository.eachLine(of: file, with: ["#include \"../", "import "]) { line in
                for include in line.text.matches(of: /#include "\.\.\/(\w+)\//) { found.insert(String(include.output.1)) }
                let pattern = /^(?:@\w+(?:\(\w+\))? )*(?:public |internal |private )?import (?:struct |class |enum |protocol |func |var |typealias )?(\w+)/
                if let match = line.text.firstMatch(of: pattern) { found.insert(String(match.output.1)) }
            }
        }
        return found
    }

    private static func targets() throws -> [Target] {
        let text = try Repository.text(of: "Package.swift")
        // `let logging = product("Logging", "swift-log")`
        let shorthands = Dictionary(
            text.matches(of: /let (\w+) = product\("(\w+)"/).map { (String($0.output.1), String($0.output.2)) }, uniquingKeysWith: { first, _ in first })
        let heads = text.matches(of: /\.(target|testTarget|executableTarget)\(\s*name: "(\w+)"/)
        return heads.enumerated().map { index, head in
            let body = text[head.range.upperBound..<(index + 1 < heads.count ? heads[index + 1].range.lowerBound : text.endIndex)]
            let name = String(head.output.2)
            let usual = (head.output.1 == "testTarget" ? "Tests/" : "Sources/") + name
            let directory = body.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) } ?? usual
            return Target(name: name, directory: directory, dependencies: dependencies(in: body, shorthands))
        }
    }

    private static func dependencies(in body: Substring, _ shorthands: [String: String]) -> Set<String> {
        guard let list = body.firstMatch(of: /dependencies: \[([^\]]*)\]/)?.output.1 else { return [] }
        let products = list.matches(of: /product\("(\w+)"/).map { String($0.output.1) }
        let rest = list.replacing(/product\([^)]*\)/, with: "")
        let targets = rest.matches(of: /"(\w+)"/).map { String($0.output.1) }
        let named = rest.replacing(/"\w+"/, with: "").matches(of: /\w+/).compactMap { shorthands[String($0.output)] }
        return Set(products + targets + named)
    }
}
