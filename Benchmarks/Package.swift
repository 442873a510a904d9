// swift-tools-version: 6.2
import PackageDescription

/// The benchmark executable, a package of its own so that what it depends on never reaches users.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Adjoint", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "Adjoint", package: "Adjoint"),
        .product(name: "AdjointTraining", package: "Adjoint"),
        .product(name: "AdjointCharts", package: "Adjoint"),
        .product(name: "AllocationCounting", package: "Adjoint"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)
