// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours speaks the same Swift: the language mode of the tools version (6), nothing
/// imported that is not named, and existentials spelled out.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (Context.environment["AFTERTONE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let logging = product("Logging", "swift-log")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let crypto = product("Crypto", "swift-crypto")
let system = product("SystemPackage", "swift-system")

let package = Package(
    name: "aftertone",
    products: [
        .executable(name: "aftertone", targets: ["aftertone"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", exact: "0.18.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CMpg123", pkgConfig: "libmpg123", providers: [.apt(["libmpg123-dev"])]),
        .systemLibrary(name: "CLame", providers: [.apt(["libmp3lame-dev"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CRe", pkgConfig: "libre", providers: [.apt(["libre-dev"])]),
        .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(name: "COgg", pkgConfig: "ogg", providers: [.apt(["libogg-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CFileIO"),
        .target(name: "COpenAPI", exclude: ["intake.json", "kazoo.json", "p-series.json", "s-series.json"]),
        .target(name: "CNoticeTexts", exclude: ["en.json", "es.json", "fr.json", "it.json", "ru.json"]),
        .target(name: "CWebPages", exclude: ["templates", "scripts", "texts", "style.css", "icon.svg"]),
        .target(name: "CPrompts", exclude: ["en.json", "es.json", "fr.json", "it.json", "ru.json"]),
        .target(name: "CTerminal"),
        .target(name: "CMalloc", linkerSettings: [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]),
        .target(name: "CMachine"),
        .target(name: "CDatagrams"),
        .target(name: "CStreams", dependencies: ["CRe"]),

        .target(
            name: "Threads", dependencies: [product("DequeModule", "swift-collections"), product("NIOConcurrencyHelpers", "swift-nio")], swiftSettings: settings
        ),
        .target(name: "Waiting", swiftSettings: settings),
        .target(name: "SIPGrammar", swiftSettings: settings),
        .target(
            name: "Voicemail",
            dependencies: [
                "Waiting", nioCore, nioPosix, product("OrderedCollections", "swift-collections"), crypto,
                product("CryptoExtras", "swift-crypto"), product("NIOConcurrencyHelpers", "swift-nio"), logging,
            ],
            swiftSettings: settings),
        .target(
            name: "Notifications",
            dependencies: ["CNoticeTexts", "HTTPFront", "Voicemail", logging, product("HTTPTypes", "swift-http-types"), product("Mustache", "swift-mustache")],
            swiftSettings: settings),
        .target(name: "Prompts", dependencies: ["CPrompts", "Voicemail", crypto, logging, nioCore, nioPosix], swiftSettings: settings),
        .target(name: "StoredRows", dependencies: ["Voicemail"], swiftSettings: settings),
        .target(
            name: "PostgresStore",
            dependencies: ["CPostgres", "StoredRows", "Threads", "Voicemail", "Waiting", product("NIOConcurrencyHelpers", "swift-nio")],
            swiftSettings: settings),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "StoredRows", "Threads", "Voicemail", "Waiting", product("GRDB", "GRDB.swift"), product("GRDBSQLite", "GRDB.swift"),
                product("NIOConcurrencyHelpers", "swift-nio"), system,
            ],
            swiftSettings: settings),
        .target(name: "MemoryStore", dependencies: ["Voicemail", "Waiting"], swiftSettings: settings),
        .target(
            name: "FileArchive",
            dependencies: ["Threads", "Voicemail", "CFileIO", nioCore, nioPosix, crypto, logging, product("NIOConcurrencyHelpers", "swift-nio")],
            swiftSettings: settings),
        .target(
            name: "S3Archive",
            dependencies: [
                "Voicemail", "Waiting", crypto, logging, nioCore, nioPosix, product("NIOHTTP1", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
                product("AsyncHTTPClient", "async-http-client"), product("XMLCoder", "XMLCoder"),
            ],
            swiftSettings: settings),
        .target(
            name: "Audio",
            dependencies: [
                "Voicemail", "Threads", "Waiting", "CFileIO", "CSndFile", "CLame", "CMpg123", "CSoxr", product("DequeModule", "swift-collections"), nioCore,
                nioPosix,
            ],
            swiftSettings: settings),
        .target(
            name: "HTTPFront",
            dependencies: [
                "Threads", "Voicemail", "CArchive", crypto, logging, nioCore, nioPosix, product("NIOConcurrencyHelpers", "swift-nio"),
                product("NIOHTTP1", "swift-nio"), product("NIOWebSocket", "swift-nio"), product("NIOExtras", "swift-nio-extras"),
                product("NIOHTTPTypesHTTP1", "swift-nio-extras"),
                product("NIOSSL", "swift-nio-ssl"), product("HTTPTypes", "swift-http-types"), product("HummingbirdCore", "hummingbird"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "KazooAPI",
            dependencies: [
                "Voicemail", "HTTPFront", "COpenAPI", crypto, logging, nioCore, product("NIOConcurrencyHelpers", "swift-nio"),
                product("HTTPTypes", "swift-http-types"),
            ],
            swiftSettings: settings),
        .target(
            name: "Delivery",
            dependencies: [
                "Voicemail", "Waiting", "CCurl", logging, nioCore, nioPosix, product("NIOHTTP1", "swift-nio"), product("AsyncHTTPClient", "async-http-client"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "Telephone",
            dependencies: [
                "CFileIO", "COgg", "Prompts", "SIP", "SIPGrammar", "Voicemail", "Waiting", logging, nioCore, nioPosix,
                product("NIOConcurrencyHelpers", "swift-nio"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(name: "SIP", dependencies: ["CDatagrams", "COpus", "CRe", "CStreams", "SIPGrammar", "Waiting", crypto], swiftSettings: settings),
        .target(name: "Speech", dependencies: ["Voicemail", "CFileIO", nioCore, nioPosix], swiftSettings: settings),
        .target(
            name: "YeastarPSeriesAPI",
            dependencies: [
                "Voicemail", "Waiting", "HTTPFront", "COpenAPI", crypto, logging, nioCore, product("NIOConcurrencyHelpers", "swift-nio"),
                product("HTTPTypes", "swift-http-types"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "RecordingIntake",
            dependencies: [
                "Voicemail", "CFileIO", "COpenAPI", "HTTPFront", logging, nioCore, nioPosix, system, product("HTTPTypes", "swift-http-types"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "YeastarSSeriesAPI",
            dependencies: [
                "Voicemail", "HTTPFront", "COpenAPI", crypto, logging, nioCore, product("HTTPTypes", "swift-http-types"), product("XMLCoder", "XMLCoder"),
            ],
            swiftSettings: settings),
        .target(
            name: "Web",
            dependencies: [
                "Voicemail", "HTTPFront", "CWebPages", crypto, logging, nioCore, product("HTTPTypes", "swift-http-types"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "Server",
            dependencies: [
                "Voicemail", "Threads", "Waiting", "StoredRows", "PostgresStore", "SQLiteStore", "FileArchive", "S3Archive", "Audio", "Delivery", "HTTPFront",
                "KazooAPI",
                "RecordingIntake",
                "YeastarPSeriesAPI",
                "YeastarSSeriesAPI",
                "Notifications", "Prompts", "SIP", "Speech", "Telephone", "Web", "CMachine", "CMalloc", product("AsyncHTTPClient", "async-http-client"),
                product("NIOHTTP1", "swift-nio"), logging,
                product("Configuration", "swift-configuration"), product("Yams", "Yams"),
                product("ServiceLifecycle", "swift-service-lifecycle"), product("UnixSignals", "swift-service-lifecycle"),
                crypto, nioCore, nioPosix, product("NIOConcurrencyHelpers", "swift-nio"), system,
            ],
            swiftSettings: settings),
        // What `scripts/bench` needs beside ready-made programs. It is no product: nothing but a whole build and the script asks for it.
        .executableTarget(
            name: "measure",
            dependencies: [
                "Audio", "Delivery", "SQLiteStore", "Server", "Voicemail", "Waiting", logging, nioCore, nioPosix,
                product("AsyncHTTPClient", "async-http-client"),
                product("ArgumentParser", "swift-argument-parser"),
                product("Hummingbird", "hummingbird"),
            ],
            path: "Benchmarks/measure", swiftSettings: settings),
        .executableTarget(
            name: "aftertone",
            dependencies: [
                "Delivery", "Notifications", "Prompts", "Server", "SIP", "SIPGrammar", "Speech", "Telephone", "Voicemail", "SQLiteStore", "FileArchive",
                "Audio",
                "HTTPFront", "KazooAPI", "YeastarPSeriesAPI", "YeastarSSeriesAPI", "CTerminal", "Web", logging, nioCore, nioPosix, system,
                product("AsyncHTTPClient", "async-http-client"), product("NIOHTTP1", "swift-nio"), product("NIOConcurrencyHelpers", "swift-nio"),
                product("ArgumentParser", "swift-argument-parser"),
                product("ServiceLifecycle", "swift-service-lifecycle"), product("UnixSignals", "swift-service-lifecycle"),
            ],
            swiftSettings: settings),

        .target(
            name: "TestKit",
            dependencies: [
                "Web", "Voicemail", "Waiting", "Threads", "CFileIO", "StoredRows", "SQLiteStore", "PostgresStore", "S3Archive", "Delivery", "HTTPFront",
                "Server",
                crypto, product("CryptoExtras", "swift-crypto"),
                logging, nioCore, nioPosix,
                product("HTTPTypes", "swift-http-types"), product("NIOConcurrencyHelpers", "swift-nio"), product("NIOHTTP1", "swift-nio"),
                product("NIOExtras", "swift-nio-extras"), product("NIOSSL", "swift-nio-ssl"),
                product("AsyncHTTPClient", "async-http-client"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            path: "Tests/TestKit", swiftSettings: settings),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Delivery", "Voicemail", "HTTPFront", "SQLiteStore", "FileArchive", "TestKit", "Waiting", logging, nioCore, nioPosix,
                product("AsyncHTTPClient", "async-http-client"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .testTarget(
            name: "TelephoneTests",
            dependencies: ["Telephone", "Audio", "Delivery", "HTTPFront", "Prompts", "Server", "SIP", "SIPGrammar", "TestKit", "Voicemail", logging, nioCore],
            exclude: ["Invites", "Scenarios"], swiftSettings: settings),
        .testTarget(name: "SIPTests", dependencies: ["CRe", "SIP", "SIPGrammar", "TestKit", "Waiting"], swiftSettings: settings),
        .testTarget(
            name: "NotificationsTests", dependencies: ["Audio", "Notifications", "Delivery", "Server", "TestKit", "Voicemail"], swiftSettings: settings),
        .testTarget(name: "PromptsTests", dependencies: ["Prompts", "Speech", "TestKit", "Voicemail", nioCore, nioPosix], swiftSettings: settings),
        .testTarget(name: "SIPGrammarTests", dependencies: ["SIPGrammar", "TestKit"], exclude: ["Torture"], swiftSettings: settings),
        .testTarget(name: "SpeechTests", dependencies: ["Speech", "Voicemail", nioCore, nioPosix], swiftSettings: settings),
        .testTarget(
            name: "YeastarPSeriesAPITests",
            dependencies: [
                "YeastarPSeriesAPI", "YeastarSSeriesAPI", "Audio", "HTTPFront", "TestKit", "Voicemail", "Server", crypto, nioCore,
                product("HTTPTypes", "swift-http-types"),
            ], swiftSettings: settings),
        .testTarget(
            name: "RecordingIntakeTests",
            dependencies: [
                "RecordingIntake", "Audio", "HTTPFront", "KazooAPI", "Server", "TestKit", "Voicemail", "aftertone", system, nioCore,
                product("HTTPTypes", "swift-http-types"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WaitingTests", dependencies: ["Waiting", "TestKit", product("NIOConcurrencyHelpers", "swift-nio")], swiftSettings: settings),
        .testTarget(
            name: "VoicemailTests", dependencies: ["Voicemail", "Audio", "MemoryStore", "Server", "TestKit", "Waiting", nioCore, nioPosix],
            swiftSettings: settings),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "SQLiteStore", "StoredRows", "TestKit", "Threads", "Voicemail", crypto, product("GRDB", "GRDB.swift"), product("GRDBSQLite", "GRDB.swift"),
                product("NIOConcurrencyHelpers", "swift-nio"),
            ],
            exclude: ["Stored"],
            swiftSettings: settings),
        .testTarget(
            name: "PostgresStoreTests", dependencies: ["PostgresStore", "StoredRows", "TestKit", "Threads", "Voicemail", "Waiting", crypto],
            exclude: ["Stored"],
            swiftSettings: settings),
        .testTarget(name: "ShortageTests", dependencies: ["TestKit", "aftertone"], swiftSettings: settings),
        .testTarget(name: "MemoryStoreTests", dependencies: ["MemoryStore", "TestKit", "Voicemail"], swiftSettings: settings),
        .testTarget(
            name: "FileArchiveTests", dependencies: ["FileArchive", "CFileIO", "TestKit", "Voicemail", nioCore, logging], swiftSettings: settings),
        .testTarget(
            name: "S3ArchiveTests",
            dependencies: [
                "S3Archive", "TestKit", "Voicemail", crypto, logging, nioCore, nioPosix, product("NIOHTTP1", "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(name: "AudioTests", dependencies: ["Audio", "TestKit", "Voicemail", "Waiting", nioCore, nioPosix], swiftSettings: settings),
        .testTarget(
            name: "HTTPFrontTests",
            dependencies: [
                "HTTPFront", "TestKit", "Voicemail", "CArchive", nioCore, nioPosix, logging, product("NIOHTTP1", "swift-nio"),
                product("NIOSSL", "swift-nio-ssl"), product("HTTPTypes", "swift-http-types"), product("ServiceLifecycle", "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .testTarget(
            name: "KazooAPITests",
            dependencies: [
                "KazooAPI", "Delivery", "HTTPFront", "Server", "TestKit", "Voicemail", "Waiting", nioCore, product("HTTPTypes", "swift-http-types"),
                product("NIOConcurrencyHelpers", "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Audio", "Delivery", "HTTPFront", "Notifications", "Server", "TestKit", "Voicemail", logging, nioCore, nioPosix,
                product("HTTPTypes", "swift-http-types"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "aftertone", "Delivery", "Server", "TestKit", "Voicemail", "YeastarPSeriesAPI", "YeastarSSeriesAPI", crypto, logging, nioCore,
                product("NIOHTTP1", "swift-nio"),
                product("AsyncHTTPClient", "async-http-client"),
            ], swiftSettings: settings),
        .testTarget(
            name: "YeastarSSeriesAPITests",
            dependencies: [
                "YeastarSSeriesAPI", "Audio", "HTTPFront", "Server", "TestKit", "Voicemail", crypto, logging, nioCore,
                product("HTTPTypes", "swift-http-types"),
            ],
            swiftSettings: settings),
        .testTarget(name: "StoredRowsTests", dependencies: ["StoredRows", "TestKit", "Voicemail"], swiftSettings: settings),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"], swiftSettings: settings),
        .testTarget(name: "RepositoryTests", dependencies: ["Voicemail"], swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "aftertone", "TestKit", "Voicemail", "Waiting", "HTTPFront", "KazooAPI", "YeastarPSeriesAPI", "YeastarSSeriesAPI", "RecordingIntake",
                "PostgresStore", "StoredRows", "Web",
                "Delivery", "Prompts", "Audio", "SQLiteStore", "FileArchive", "S3Archive", crypto, nioCore, logging,
            ],
            swiftSettings: settings),
    ]
)
