import NIOCore
import NIOPosix
import Voicemail

extension AudioEngine {
    public struct Configuration: Sendable {
        /// Where renderings are kept. The engine owns the directory; deleting it at any time loses nothing.
        public var cacheDirectory: String
        /// Bytes of renderings, those being made included. A single rendering larger than this is `AudioError.full`.
        public var cacheByteLimit: Int
        /// How many conversions run at once, each on a thread.
        public var conversionsAtOnce: Int
        /// How many may wait for their turn before more are refused.
        public var mostWaiting: Int
        /// The same of one account.
        public var mostWaitingOfOne: Int
        /// The longest sound taken, in seconds; more is `AudioError.tooLong`.
        public var maxSeconds: Int
        /// Samples, of all channels, that a second of the longest sound may have on the average: together they bound what decoding costs.
        public var samplesPerSecond: Int
        /// The longest a single conversion may run.
        public var timeLimit: Duration
        /// What a rendering may run besides for each second of its sound: the longest that is stored can be heard on a machine that renders as
        /// fast as it plays.
        public var timeForSecond: Duration
        /// How long a rendering must have been waited for to go on when nobody waits any more: more than most take, and less than clients wait.
        public var goingOnAfter: Duration
        /// How many renderings may go on without anybody.
        public var mostGoingOn: Int
        /// The same of one account.
        public var mostGoingOnOfOne: Int
        /// The longest that an upload waits to be measured which has to play, its turn included; what takes longer is measured in the background.
        public var measuringLimit: Duration
        /// The longest that an upload waits to be measured which nobody has to play.
        public var measuringMoment: Duration
        /// The longest that measuring may take when nobody waits, but others do behind it.
        public var shortLimit: Duration
        /// The longest that measuring may take when nobody waits.
        public var backgroundLimit: Duration
        /// For short file work: opening renderings, reading them, measuring what needs no decoding.
        public var fileThreads: NIOThreadPool

        public init(
            cacheDirectory: String, cacheByteLimit: Int = 1 << 30, conversionsAtOnce: Int = System.coreCount, mostWaiting: Int = 1000,
            mostWaitingOfOne: Int = 250, maxSeconds: Int = 4 * 3600, samplesPerSecond: Int = 2 * 96_000, timeLimit: Duration = .seconds(120),
            timeForSecond: Duration = .seconds(1), goingOnAfter: Duration = .seconds(2), mostGoingOn: Int = 32, mostGoingOnOfOne: Int = 8,
            measuringLimit: Duration = .seconds(10), measuringMoment: Duration = .seconds(1), shortLimit: Duration = .seconds(2),
            backgroundLimit: Duration = .seconds(3600), fileThreads: NIOThreadPool = .singleton
        ) {
            self.cacheDirectory = cacheDirectory
            self.cacheByteLimit = cacheByteLimit
            self.conversionsAtOnce = conversionsAtOnce
            self.mostWaiting = mostWaiting
            self.mostWaitingOfOne = mostWaitingOfOne
            self.maxSeconds = maxSeconds
            self.samplesPerSecond = samplesPerSecond
            self.measuringMoment = measuringMoment
            self.shortLimit = shortLimit
            self.backgroundLimit = backgroundLimit
            self.timeLimit = timeLimit
            self.timeForSecond = timeForSecond
            self.goingOnAfter = goingOnAfter
            self.mostGoingOn = mostGoingOn
            self.mostGoingOnOfOne = mostGoingOnOfOne
            self.measuringLimit = measuringLimit
            self.fileThreads = fileThreads
        }
    }
}
