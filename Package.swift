// swift-tools-version: 6.2
import PackageDescription

/// One list for every Swift target: an existential is visible, an import is internal unless it says `public`,
/// a member is found only through a module that the file imports.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "clew",
    products: [.executable(name: "clew", targets: ["clew"])],
    targets: [
        // C libraries of the distribution: a module map and a shim, nothing else.
        system("CRdkafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CYaml", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "CSimdjson",
            cxxSettings: [.unsafeFlags(["-O2"])],
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),

        // What Clew exists for. Pure: no Foundation, no C, no clock, no I/O.
        library("ClewEngine"),

        // What Clew reads and writes.
        library("ClewYAML", ["CYaml"]),
        library("ClewFormats", ["ClewEngine", "CSimdjson", "ClewYAML"]),
        library("ClewConfig", ["ClewEngine", "ClewYAML"]),
        library("ClewModel", ["ClewEngine", "ClewConfig", "ClewYAML"]),
        library("ClewArchive", ["CZstd", "CZlib", "CLinux"]),
        library("ClewKafka", ["CRdkafka"]),

        // Small parts that know nothing of Clew.
        library("ClewTelemetry", ["CMicroHTTPD"]),
        library("ClewCommandLine"),

        // Scenarios; shares nothing with the engine.
        library("ClewSimulate"),

        // Grading: partitions, measures, baselines; numbers in, numbers out.
        library("ClewScore"),

        // The one pipeline: source, decode, order, correlate, publish.
        library(
            "ClewService",
            ["ClewEngine", "ClewFormats", "ClewConfig", "ClewModel", "ClewArchive", "ClewKafka", "ClewTelemetry", "ClewScore"]),
        .executableTarget(
            name: "clew",
            dependencies: [
                "ClewService", "ClewEngine", "ClewFormats", "ClewConfig", "ClewModel", "ClewArchive", "ClewKafka", "ClewTelemetry",
                "ClewCommandLine", "ClewSimulate", "ClewScore", "ClewYAML",
            ],
            swiftSettings: settings),

        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        tests(
            "ClewEngineTests",
            ["ClewEngine", "ClewFormats", "ClewArchive", "ClewConfig", "ClewSimulate", "CAllocationCounter"]),
        tests("ClewFormatsTests", ["ClewFormats", "ClewEngine", "ClewYAML"]),
        tests("ClewConfigTests", ["ClewConfig", "ClewYAML", "ClewEngine"], exclude: ["Fixtures"]),
        tests("ClewModelTests", ["ClewModel", "ClewEngine"]),
        tests("ClewArchiveTests", ["ClewArchive"]),
        tests("ClewKafkaTests", ["ClewKafka"]),
        tests("ClewTelemetryTests", ["ClewTelemetry"]),
        tests("ClewCommandLineTests", ["ClewCommandLine"]),
        tests("ClewSimulateTests", ["ClewSimulate"]),
        tests("ClewScoreTests", ["ClewScore"]),
        tests(
            "ClewServiceTests",
            [
                "ClewService", "ClewEngine", "ClewFormats", "ClewConfig", "ClewModel", "ClewArchive", "ClewKafka", "ClewTelemetry",
                "ClewSimulate",
            ]),
        tests("CommandTests", []),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
