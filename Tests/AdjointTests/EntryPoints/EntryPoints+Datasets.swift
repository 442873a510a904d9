import Adjoint
import AdjointTraining

extension EntryPoint {
  /// Examples and their labels.
  static let datasets: [EntryPoint] = [
    EntryPoint("Dataset.init(features: Tensor, labels: Tensor?)") { sweep in
      for features in try Hostile.tensors {
        sweep.call("\(features.type)") { try Dataset(features: features).count }
        sweep.each(try Hostile.tensors, "\(features.type) ") {
          try Dataset(features: features, labels: $0).count
        }
      }
    },
    EntryPoint("Dataset.init(labelsInLastColumnOf table: Tensor)") { sweep in
      sweep.each(try Hostile.tensors) { try Dataset(labelsInLastColumnOf: $0).count }
    },
    EntryPoint(
      "Dataset.init(contentsOf path: String, as scalarType: ScalarType, "
        + "labelsInLastColumnAs labelType: ScalarType, header: CSVFile.Header)"
    ) { sweep in
      sweep.each(Hostile.paths) { try Dataset(contentsOf: $0, labelsInLastColumnAs: .i32).count }
    },
    EntryPoint("Dataset.examples(at places: [Int])") { sweep in
      sweep.each(Hostile.lists) { try examples().examples(at: $0).count }
      sweep.call("2^24 times 2^20 numbers") {
        let wide = try Dataset(features: Tensor(repeating: 1, .u8, extents: [1, 1 << 20]))
        return try wide.examples(at: Array(repeating: 0, count: 1 << 24)).count
      }
    },
    EntryPoint("Dataset.split(holdingOut fraction: Double, seed: UInt64)") { sweep in
      sweep.each(Hostile.doubles + [0.1, 0.9, 1e300]) {
        try examples().split(holdingOut: $0, seed: .max).heldOut.count
      }
    },
    EntryPoint("Dataset.dividing(by divisor: Double, as scalarType: ScalarType)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.doubles, "\(type) ") { try examples().dividing(by: $0, as: type).count }
      }
    },
  ]
}
