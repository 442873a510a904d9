// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Newton",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Adjoint", path: "../..")],
  targets: [
    .executableTarget(
      name: "Newton",
      dependencies: [.product(name: "Adjoint", package: "Adjoint")],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)
