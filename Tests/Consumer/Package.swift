// swift-tools-version: 6.1
import PackageDescription

/// A package as a user writes it: it depends on Adjoint by path and imports nothing else.
///
/// `make test` builds a copy of it with each of the README's examples as `main.swift`.
let package = Package(
  name: "Consumer",
  platforms: [.macOS(.v14)],
  dependencies: [.package(name: "Adjoint", path: "../..")],
  targets: [
    .executableTarget(
      name: "Consumer",
      dependencies: [.product(name: "Adjoint", package: "Adjoint")],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)
