// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "CurveFit",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Adjoint", path: "../..")],
  targets: [
    .executableTarget(
      name: "CurveFit",
      dependencies: [
        .product(name: "Adjoint", package: "Adjoint"),
        .product(name: "AdjointTables", package: "Adjoint"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)]
    )
  ]
)
