import CSndFile
import Voicemail

/// Every kind of file this module writes. Renderings need three of them; the others make test and demonstration audio.
public enum FileFormat: String, Sendable, CaseIterable {
    case wavPCM8, wavPCM16, wavPCM24, wavPCM32, wavFloat, wavMuLaw, wavALaw, wavGSM, wavIMA, wavMicrosoft, wavG721
    case mp3, gsm, oggVorbis, oggOpus, flac

    public var container: AudioContainer {
        switch self {
        case .wavPCM8, .wavPCM16, .wavPCM24, .wavPCM32, .wavFloat, .wavMuLaw, .wavALaw, .wavGSM, .wavIMA, .wavMicrosoft, .wavG721: .wav
        case .mp3: .mp3
        case .gsm: .gsm
        case .oggVorbis, .oggOpus: .ogg
        case .flac: .flac
        }
    }

    /// libsndfile's number.
    var code: Int {
        switch self {
        case .wavPCM8: SF_FORMAT_WAV | SF_FORMAT_PCM_U8
        case .wavPCM16: SF_FORMAT_WAV | SF_FORMAT_PCM_16
        case .wavPCM24: SF_FORMAT_WAV | SF_FORMAT_PCM_24
        case .wavPCM32: SF_FORMAT_WAV | SF_FORMAT_PCM_32
        case .wavFloat: SF_FORMAT_WAV | SF_FORMAT_FLOAT
        case .wavMuLaw: SF_FORMAT_WAV | SF_FORMAT_ULAW
        case .wavALaw: SF_FORMAT_WAV | SF_FORMAT_ALAW
        case .wavGSM: SF_FORMAT_WAV | SF_FORMAT_GSM610
        case .wavIMA: SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM
        case .wavMicrosoft: SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM
        case .wavG721: SF_FORMAT_WAV | SF_FORMAT_G721_32
        case .mp3: SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III
        case .gsm: SF_FORMAT_RAW | SF_FORMAT_GSM610
        case .oggVorbis: SF_FORMAT_OGG | SF_FORMAT_VORBIS
        case .oggOpus: SF_FORMAT_OGG | SF_FORMAT_OPUS
        case .flac: SF_FORMAT_FLAC | SF_FORMAT_PCM_16
        }
    }

    /// Whether 16 bits hold all that the format keeps. Rounding them here is exact, where libsndfile's own scaling
    /// of floating-point samples is one step off.
    var takes16Bits: Bool {
        switch self {
        case .wavPCM8, .wavPCM16, .wavMuLaw, .wavALaw, .wavGSM, .wavIMA, .wavMicrosoft, .wavG721, .gsm, .flac: true
        case .wavPCM24, .wavPCM32, .wavFloat, .mp3, .oggVorbis, .oggOpus: false
        }
    }
}
