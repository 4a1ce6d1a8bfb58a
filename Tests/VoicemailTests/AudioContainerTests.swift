import Testing
import Voicemail

@Suite("The one table of containers, media types and endings")
struct AudioContainerTests {
    @Test(
        "Whatever a media type is called leads to its container, and to the one type that clients are told",
        arguments: [
            ("audio/wav", "wav", "audio/wav"), ("audio/x-wav", "wav", "audio/wav"), ("audio/vnd.wave", "wav", "audio/wav"),
            ("audio/mp3", "mp3", "audio/mpeg"), ("audio/mpeg3", "mp3", "audio/mpeg"), ("application/ogg", "ogg", "audio/ogg"),
            ("audio/x-flac", "flac", "audio/flac"), ("audio/gsm", "gsm", "audio/gsm"),
        ])
    func types(sent: String, ending: String, told: String) {
        #expect(AudioContainer(contentType: sent)?.contentType == told)
        #expect(AudioContainer.fileExtension(ofType: sent) == ending)
        #expect(AudioContainer.contentType(ofStored: ending) == told)
        #expect(AudioContainer.contentType(ofFile: "a.b." + ending.uppercased()) == told)
    }

    @Test("What is none of these is bytes, and a film keeps its ending")
    func others() {
        for name in ["", "wav", "a.", "a.wav.exe", "a.m4a"] { #expect(AudioContainer.contentType(ofFile: name) == "application/octet-stream", "\(name)") }
        #expect(AudioContainer.contentType(ofStored: nil) == "application/octet-stream")
        #expect(AudioContainer.contentType(ofStored: "m4a") == "application/octet-stream")
        for type in ["", "wav", "audio/*", "video/h264"] { #expect(AudioContainer.fileExtension(ofType: type) == "bin", "\(type)") }
        #expect(AudioContainer.fileExtension(ofType: "video/mp4") == "mp4")
    }

    @Test("No two containers share a media type, and what can be rendered is told as it is stored")
    func agreement() {
        for container in AudioContainer.allCases {
            #expect(AudioContainer(contentType: container.contentType) == container)
            #expect(AudioContainer(fileName: "x." + container.rawValue) == container)
        }
        for container in Rendition.Container.allCases {
            #expect(container.contentType == AudioContainer(rawValue: container.rawValue)?.contentType)
            #expect(Rendition.heard(as: container).container == container && Rendition.channels(as: container).container == container)
        }
    }
}
