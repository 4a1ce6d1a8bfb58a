import NIOCore
import TestKit
import Testing
@testable import Web

@Suite("Templates of pages")
struct TemplateTests {
    private static func show(_ source: String, _ values: [String: Any] = [:], _ others: [String: String] = [:], texts: [String: String] = [:]) throws -> String
    {
        let template = try TemplateSources(templates: others.merging(["page": source]) { $1 }, texts: texts).template("page")
        var page = PageValues(numbers: ValueName.known)
        page.set(values)
        var writer = TemplateWriter(texts: texts, page)
        writer.write(template)
        return String(buffer: writer.buffer)
    }

    @Test("A value is text, whatever is in it; one that is not there is nothing")
    func values() throws {
        let shown = try Self.show("<p title=\"{{a}}\">{{b}}{{none}} {{c}}</p>", ["a": "\"\u{301}'&\0", "b": "<script>", "c": 7])
        #expect(shown == "<p title=\"&quot;\u{301}&#39;&amp;\u{FFFD}\">&lt;script&gt; 7</p>")
    }

    @Test(
        "A section is there for each of a list, and once for what is there and not false",
        arguments: [
            ("list", "[1x][2x]"), ("empty", "-"), ("yes", "[x]"), ("no", "-"), ("word", "[x]"), ("none", "-"),
        ])
    func sections(_ name: String, _ shown: String) throws {
        let list: [[String: Any]] = [["n": 1], ["n": 2]], empty: [[String: Any]] = []
        let values: [String: Any] = ["list": list, "empty": empty, "yes": true, "no": false, "word": "", "x": "x"]
        #expect(try Self.show("{{#\(name)}}[{{n}}{{x}}]{{/\(name)}}{{^\(name)}}-{{/\(name)}}", values) == shown)
    }

    @Test("What is inner hides what is outer, and ends with its section")
    func nesting() throws {
        let rows: [[String: Any]] = [["a": "in", "rows": [["b": "<"]] as [[String: String]]], [:]]
        let page = "{{a}}{{#outer}}({{a}}{{#rows}}[{{a}}{{b}}]{{/rows}}){{/outer}}{{a}}"
        #expect(try Self.show(page, ["a": "out", "outer": rows]) == "out(in[in&lt;])(out)out")
    }

    @Test("Texts and other templates stand in place of their names, and blocks in place of a parent's")
    func names() throws {
        let others = ["frame": "<b>{{$body}}none{{/body}}{{$foot}}foot{{/foot}}</b>", "part": "({{a}})"]
        let texts = ["hello": "Hello", "bye": "Bye"]
        let page = "{{<frame}}\n{{$body}}{{>t.hello}} {{>part}} {{>*word}}{{>*odd}}{{/body}}\n{{/frame}}"
        #expect(try Self.show(page, ["a": "&", "word": "t.bye", "odd": "part"], others, texts: texts) == "<b>Hello (&amp;) Byefoot</b>")
    }

    @Test("A tag alone on its line takes the line with it; one with something beside it does not")
    func lines() throws {
        let page = "a\n{{#yes}}\nb\n{{>part}}\n{{/yes}}\n{{x}}\n{{>t.hello}}\nc"
        #expect(try Self.show(page, ["yes": true, "x": "x"], ["part": "d\n"], texts: ["hello": "Hello"]) == "a\nb\nd\nx\nHello\nc")
    }

    @Test(
        "What is no template is refused",
        arguments: ["{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{a", "{{>none}}", "{{>t.none}}", "{{<frame}}{{a}}{{/frame}}", "{{<frame}}", "{{$a}}", "{{!a}}"])
    func refused(_ source: String) {
        #expect(throws: PageFault.self) { try Self.show(source, [:], ["frame": "{{$body}}{{/body}}"]) }
    }
}
