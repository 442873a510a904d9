// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Flowers",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Adjoint", path: "../..")],
  targets: [
    .executableTarget(
      name: "Flowers",
      dependencies: [
        .product(name: "Adjoint", package: "Adjoint"),
        .product(name: "AdjointTables", package: "Adjoint"),
        .product(name: "AdjointTraining", package: "Adjoint"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)
