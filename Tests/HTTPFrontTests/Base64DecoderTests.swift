import Foundation
import NIOCore
import Testing

@testable import HTTPFront

@Suite struct Base64DecoderTests {
    private func decode(_ pieces: [[UInt8]]) throws -> (bytes: [UInt8], type: String?) {
        var decoder = Base64Decoder()
        var out: [UInt8] = []
        for piece in pieces { out += try decoder.decode(ByteBuffer(bytes: piece)).readableBytesView }
        out += try decoder.finish().readableBytesView
        return (out, decoder.mediaType)
    }

    private func text(_ encoded: String) throws -> String {
        String(decoding: try decode([Array(encoded.utf8)]).bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmE=", "fooba"), ("Zm9vYmFy", "foobar"),
        ("Zg", "f"), ("Zm8", "fo"), (" Z m 9\r\nv\t", "foo"), ("Zm8 = \n", "fo"), ("Zg= =", "f"),
        ("data:audio/mp3;base64,Zm9v", "foo"), ("DATA:;Base64,Zm9v", "foo"), ("\r\ndata:audio/ogg;codecs=opus;base64,Zm9v", "foo"),
        ("ZGF0YQ==", "data"),
    ])
    func whatClientsSendIsDecoded(_ encoded: String, _ plain: String) throws {
        #expect(try text(encoded) == plain)
    }

    @Test(arguments: [
        "Z", "Zm9vY", "Zg=", "Zg===", "Zm9v=", "=", "Zg==Zg==", "Zm9-", "Zm9_", "Zm9v\u{e9}", "Zm\u{0}9v", "data:audio/mp3,Zm9v", "data:audio/mp3;base64",
        "data:" + String(repeating: "x", count: 300) + ";base64,Zm9v", "dat:Zm9v",
    ])
    func whatIsNoBase64IsRefused(_ encoded: String) {
        #expect(throws: Base64Decoder.Failure.malformed) { try text(encoded) }
    }

    @Test func digitsMaySpellTheScheme() throws {
        #expect(try decode([Array("data".utf8)]).bytes == [0x75, 0xAB, 0x5A])
        #expect(try decode([Array("da".utf8)]).bytes == [0x75])
    }

    @Test func aDataURITellsItsType() throws {
        #expect(try decode([Array("data:audio/mp3;base64,Zm9v".utf8)]).type == "audio/mp3")
        #expect(try decode([Array("data:audio/ogg;codecs=opus;base64,Zm9v".utf8)]).type == "audio/ogg;codecs=opus")
        #expect(try decode([Array("data:;base64,Zm9v".utf8)]).type == nil)
        #expect(try decode([Array("Zm9v".utf8)]).type == nil)
    }

    @Test func aPrefixIsBounded() throws {
        let fits = "data:a/" + String(repeating: "x", count: Base64Decoder.longestPrefix - 14) + ";base64"
        #expect(fits.utf8.count == Base64Decoder.longestPrefix)
        #expect(try text(fits + ",Zm9v") == "foo")
        #expect(throws: Base64Decoder.Failure.malformed) { try text(fits.replacingOccurrences(of: "a/", with: "a/x") + ",Zm9v") }
    }

    @Test(arguments: 0..<100)
    func anyBytesComeBackHoweverCut(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let plain = random.bytes(Int.random(in: 0...2000, using: &random))
        let options: Data.Base64EncodingOptions = Bool.random(using: &random) ? [.lineLength76Characters] : []
        var encoded = Array(Data(plain).base64EncodedData(options: options))
        if Bool.random(using: &random) { encoded = Array("data:audio/mpeg;base64,".utf8) + encoded }
        #expect(try decode(random.split(encoded, longest: 50)).bytes == plain)
        #expect(try decode([encoded]).bytes == plain)
    }
}
