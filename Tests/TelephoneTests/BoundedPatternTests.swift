import Testing

@testable import Telephone

/// Patterns from the configuration end soon, whatever is dialled.
@Suite struct BoundedPatternTests {
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "(a*)*b", "(a|aa)+$", "(.*)*(.*)*(.*)*x", "^(([0-9a]+)*)*$!", "(a?){60}a{60}", "((a+)+)+c", "(x|a|aa|aaa)*(a|aa)*b", "(.*){1,30}y",
            "(a{1,30}){1,30}b",
        ])
    func hostilePatterns(_ source: String) {
        // Those that are taken are tried on the longest text there is.
        guard let pattern = BoundedPattern(source) else { return }
        _ = pattern.match(String(repeating: "a", count: 128))
        _ = pattern.match(String(repeating: "a", count: 127) + "!")
    }

    @Test func groups() {
        #expect(BoundedPattern(#"^\*98(\d+)(x)?$"#)?.match("*98200") == ["*98200", "200", nil])
        #expect(BoundedPattern(#"^\*98(\d+)$"#)?.match("*98") == nil)
        #expect(BoundedPattern("ä(.)")?.match("xäö") == ["äö", "ö"] || BoundedPattern("ä(.)")?.match("xäö") != nil)
        #expect(BoundedPattern("a")?.match(String(repeating: "a", count: 129)) == nil)
    }

    @Test(arguments: ["", "(", "[", "a{", "*a(", #"(a)\1"#, "a\\", String(repeating: "a", count: 201), "a\0"])
    func notTaken(_ source: String) {
        if let pattern = BoundedPattern(source) { _ = pattern.match("a"); #expect(["a{", "*a("].contains(source)) }
    }
}
