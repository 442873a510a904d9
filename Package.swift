// swift-tools-version: 6.2
import PackageDescription

/// A library target; every target of the package is compiled in Swift 6 language mode.
///
/// A target lists only targets of the rows above it, so the layers of ARCHITECTURE.md are enforced
/// by the build.
func layer(_ name: String, on dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: [.swiftLanguageMode(.v6)])
}

func tests(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name,
    dependencies: dependencies + ["TestSupport"],
    swiftSettings: [.swiftLanguageMode(.v6)]
  )
}

/// The system's libraries, which a package that depends on this one can leave out by its traits.
let blas: [Target.Dependency] = [
  .target(
    name: "CBLAS", condition: .when(platforms: [.linux], traits: ["BLAS", "SystemLibraries"])),
  .target(
    name: "CAccelerate", condition: .when(platforms: [.macOS], traits: ["BLAS", "SystemLibraries"])),
]
let zlib = Target.Dependency.target(
  name: "CZlib", condition: .when(traits: ["Zlib", "SystemLibraries"]))

let package = Package(
  name: "Adjoint",
  // The types of Synchronization, Mutex among them, need macOS 15.
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Adjoint", targets: ["Adjoint"]),
    .library(name: "AdjointTraining", targets: ["AdjointTraining"]),
    .library(name: "AdjointTables", targets: ["AdjointTables"]),
    .library(name: "AdjointCharts", targets: ["AdjointCharts"]),
    .library(name: "AdjointExplore", targets: ["AdjointExplore"]),
    .executable(name: "adjoint", targets: ["AdjointCommand"]),
    .library(name: "AllocationCounting", targets: ["AllocationCounting"]),
  ],
  traits: [
    .trait(
      name: "BLAS", description: "Large products of matrices by the system's BLAS, not in loops"),
    .trait(name: "Zlib", description: "Files that are compressed by gzip"),
    // One trait and not two: SwiftPM passes the names of several in an order that changes from run to run, and each
    // change of a command line compiles the whole package again.
    .trait(name: "SystemLibraries", description: "Both of them"),
    .default(enabledTraits: ["SystemLibraries"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // The scheduler's priority queues.
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    // What an engine warns of.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CBLAS",
      providers: [.apt(["libblas-dev", "libopenblas-dev"]), .brew(["openblas"])]
    ),
    .systemLibrary(name: "CAccelerate"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    layer("AdjointCore"),
    layer("AdjointKernels", on: ["AdjointCore"]),
    layer("AdjointGraph", on: ["AdjointCore", "AdjointKernels"]),
    layer("AdjointCodegen", on: ["AdjointCore", "AdjointKernels"]),
    layer("AdjointRuntime", on: ["AdjointCore", "AdjointKernels", "AdjointCodegen"] + blas),
    layer("AdjointAutodiff", on: ["AdjointCore", "AdjointGraph"]),
    layer(
      "AdjointOperators", on: ["AdjointCore", "AdjointKernels", "AdjointGraph", "AdjointAutodiff"]),
    layer(
      "AdjointPasses",
      on: ["AdjointCore", "AdjointKernels", "AdjointGraph", "AdjointAutodiff", "AdjointOperators"]),
    layer(
      "AdjointLowering",
      on: [
        "AdjointCore", "AdjointKernels", "AdjointGraph",
        .product(name: "HeapModule", package: "swift-collections"),
      ]),
    // Line and bar charts as SVG, for the command and the benchmarks.
    layer("AdjointCharts"),
    layer("AdjointFormats", on: ["AdjointCore", "AdjointGraph", zlib]),
    // Tables of numbers and labels, images of digits: what is trained with.
    layer("AdjointTables", on: ["AdjointCore", "AdjointGraph", "AdjointFormats"]),
    layer(
      "Adjoint",
      on: [
        "AdjointCore", "AdjointKernels", "AdjointGraph", "AdjointRuntime", "AdjointOperators",
        "AdjointAutodiff", "AdjointPasses", "AdjointLowering", "AdjointFormats",
        .product(name: "Logging", package: "swift-log"),
      ]),
    layer("AdjointTraining", on: ["Adjoint", "AdjointTables"]),
    // A page on which a compiled graph is looked through, for the command and for whoever wants one.
    layer(
      "AdjointExplore",
      on: [
        "Adjoint", "AdjointCore", "AdjointKernels", "AdjointGraph", "AdjointLowering",
        "AdjointPasses", "AdjointFormats",
      ]),
    .executableTarget(
      name: "AdjointCommand",
      dependencies: [
        "Adjoint", "AdjointTraining", "AdjointTables", "AdjointCharts", "AdjointExplore",
        "AdjointCore", "AdjointGraph",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    // Counts the calls of malloc in a process that links it, for tests and benchmarks.
    .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
    // Keeps tests from the user's kernel cache.
    .target(name: "TestEnvironment", path: "Tests/TestEnvironment"),
    .target(
      name: "TestSupport",
      dependencies: [
        "TestEnvironment",
        "AdjointCore", "AdjointKernels", "AdjointGraph", "AdjointOperators", "AdjointAutodiff",
        "AdjointPasses", "AdjointCodegen", "Adjoint",
      ],
      path: "Tests/TestSupport",
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    // Random and damaged inputs for as long as one likes: `make fuzz`. No product, so users never see it.
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Adjoint", "AdjointTraining", "AdjointTables", "AdjointCodegen", "AdjointKernels",
        "AdjointLowering",
        "TestSupport",
      ],
      path: "Tests/Fuzz",
      swiftSettings: [.swiftLanguageMode(.v6)]
    ),
    tests("AdjointCoreTests", on: ["AdjointCore"]),
    tests("AdjointKernelsTests", on: ["AdjointKernels"]),
    tests("AdjointGraphTests", on: ["AdjointGraph", "AdjointOperators"]),
    tests("AdjointCodegenTests", on: ["AdjointCodegen"]),
    tests(
      "AdjointRuntimeTests", on: ["AdjointRuntime", "AdjointLowering", "AllocationCounting"]),
    tests("AdjointOperatorsTests", on: ["AdjointOperators", "AdjointPasses"]),
    tests("AdjointAutodiffTests", on: ["AdjointAutodiff", "AdjointOperators", "AdjointPasses"]),
    tests("AdjointPassesTests", on: ["AdjointAutodiff", "AdjointOperators", "AdjointPasses"]),
    tests("AdjointLoweringTests", on: ["AdjointLowering", "AdjointPasses"]),
    tests("AdjointFormatsTests", on: ["AdjointFormats", "AdjointTables"]),
    tests("AdjointChartsTests", on: ["AdjointCharts"]),
    tests(
      "AdjointTests",
      on: [
        "Adjoint", "AdjointTraining", "AdjointTables", "AdjointCharts", "AdjointExplore",
        "AllocationCounting",
        .product(name: "Logging", package: "swift-log"),
      ] + blas),
    tests("AdjointExploreTests", on: ["AdjointExplore"]),
    tests("AdjointTrainingTests", on: ["AdjointTraining", "AdjointTables"]),
    tests("AdjointCommandTests", on: ["AdjointCommand"]),
  ]
)
