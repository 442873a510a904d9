import Adjoint
import AdjointCharts
import AdjointTables
import Foundation

extension EntryPoint {
  /// Files of data and weights.
  static let files: [EntryPoint] = [
    EntryPoint(
      "CSVFile.init(contentsOf path: String, as scalarType: ScalarType, "
        + "lastColumnAs lastType: ScalarType?, header: Header)"
    ) { sweep in
      sweep.each(Hostile.paths) { try CSVFile(contentsOf: $0) }
    },
    EntryPoint(
      "CSVFile.init(bytes: [UInt8], as scalarType: ScalarType, "
        + "lastColumnAs lastType: ScalarType?, header: Header, path: String)"
    ) { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.bytes, "\(type) ") { try CSVFile(bytes: $0, as: type).tensor }
        sweep.each(Hostile.bytes, "\(type) apart ") {
          try CSVFile(bytes: $0, lastColumnAs: type, header: .absent, path: "\u{0}").tensor
        }
      }
    },
    EntryPoint(
      "DataFile.load(_ path: String, csvAs scalarType: ScalarType, header: CSVFile.Header)"
    ) { sweep in
      sweep.each(Hostile.paths) { try DataFile.load($0) }
      sweep.call("/dev/zero") { try DataFile.load("/dev/zero") }
    },
    EntryPoint("IDXFile.read(_ path: String)") { sweep in
      sweep.each(Hostile.paths + ["/dev/zero"]) { try IDXFile.read($0) }
    },
    EntryPoint("IDXFile.read(bytes: [UInt8], path: String)") { sweep in
      sweep.each(Hostile.bytes) { try IDXFile.read(bytes: $0, path: "\u{0}") }
      sweep.call("2^32 - 1 elements of each extent") {
        try IDXFile.read(bytes: [0, 0, 8, 3] + Array(repeating: 255, count: 12))
      }
    },
    EntryPoint("NPYFile.init(_ tensor: Tensor)") { sweep in
      sweep.each(try Hostile.tensors) { NPYFile($0).bytes().count }
    },
    EntryPoint("NPYFile.tensor: Tensor") { sweep in
      sweep.each(try Hostile.tensors) { tensor in
        var file = NPYFile(try Tensor([1]))
        file.tensor = tensor
        return try NPYFile(bytes: file.bytes()).tensor
      }
    },
    EntryPoint("NPYFile.init(contentsOf path: String)") { sweep in
      sweep.each(Hostile.paths + ["/dev/zero"]) { try NPYFile(contentsOf: $0) }
    },
    EntryPoint("NPYFile.init(bytes: [UInt8], path: String)") { sweep in
      sweep.each(Hostile.bytes) { try NPYFile(bytes: $0, path: "\u{0}") }
      let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n"
      let start: [UInt8] = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) })
      sweep.call("2^40 elements") {
        try NPYFile(bytes: start + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8))
      }
    },
    EntryPoint("NPYFile.write(to path: String)") { sweep in
      sweep.each(Hostile.targets) { try NPYFile(Tensor([1])).write(to: $0) }
    },
    EntryPoint("DataFile.loadNamed(_ path: String)") { sweep in
      sweep.each(Hostile.paths + ["/dev/zero"]) { try DataFile.loadNamed($0) }
    },
    EntryPoint("NPZFile.init(tensors: [String: Tensor])") { sweep in
      sweep.each(Hostile.names) { name in
        try NPZFile(bytes: NPZFile(tensors: [name: Tensor([1])]).bytes()).tensors.count
      }
    },
    EntryPoint("NPZFile.tensors: [String: Tensor]") { sweep in
      sweep.each(try Hostile.tensors) { tensor in
        var file = NPZFile()
        file.tensors = ["": tensor]
        return try NPZFile(bytes: file.bytes()).tensors.count
      }
    },
    EntryPoint("NPZFile.init(contentsOf path: String)") { sweep in
      sweep.each(Hostile.paths + ["/dev/zero"]) { try NPZFile(contentsOf: $0) }
    },
    EntryPoint("NPZFile.init(bytes: [UInt8], path: String)") { sweep in
      sweep.each(Hostile.bytes) { try NPZFile(bytes: $0, path: "\u{0}") }
    },
    EntryPoint("NPZFile.write(to path: String)") { sweep in
      sweep.each(Hostile.targets) { try NPZFile(tensors: ["x": Tensor([1])]).write(to: $0) }
    },
    EntryPoint(
      "SafetensorsFile.init(tensors: [String: Tensor], metadata: [String: String], "
        + "hasChecksum: Bool)"
    ) { sweep in
      sweep.each(Hostile.names) { name in
        try SafetensorsFile(
          bytes: SafetensorsFile(
            tensors: [name: Tensor([1])], metadata: [name: name], hasChecksum: true
          ).bytes()
        ).tensors.count
      }
    },
    EntryPoint("SafetensorsFile.tensors: [String: Tensor]") { sweep in
      sweep.each(try Hostile.tensors) { tensor in
        var file = SafetensorsFile()
        file.tensors = ["": tensor]
        return try SafetensorsFile(bytes: file.bytes()).tensors.count
      }
    },
    EntryPoint("SafetensorsFile.init(contentsOf path: String)") { sweep in
      sweep.each(Hostile.paths + ["/dev/zero"]) { try SafetensorsFile(contentsOf: $0) }
    },
    EntryPoint("SafetensorsFile.init(bytes: [UInt8], path: String)") { sweep in
      sweep.each(Hostile.bytes) { try SafetensorsFile(bytes: $0, path: "\u{0}") }
    },
    EntryPoint("SafetensorsFile.write(to path: String)") { sweep in
      sweep.each(Hostile.targets) {
        try SafetensorsFile(tensors: ["x": Tensor([1])]).write(to: $0)
      }
    },
  ]

  /// Pictures.
  static let pictures: [EntryPoint] = [
    EntryPoint("BarChart.Group.init(_ name: String, _ values: [Double?])") { sweep in
      sweep.each(Hostile.doubles) { bars([nil, $0, 1]) }
      sweep.call("all") { bars(Hostile.doubles) }
    },
    EntryPoint("BarChart.Group.values: [Double?]") { sweep in
      sweep.each(Hostile.doubles) { value in
        var group = BarChart.Group("", [])
        group.values = [value, nil, nil, nil]
        return draws(BarChart(title: "", valueLabel: "", names: ["a"], groups: [group]))
      }
    },
    EntryPoint("BarChart.groups: [Group]") { sweep in
      sweep.call("none") {
        var chart = BarChart(title: "", valueLabel: "", names: [], groups: [.init("", [1])])
        chart.groups = []
        return draws(chart)
      }
    },
    EntryPoint(
      "BarChart.init(title: String, valueLabel: String, names: [String], groups: [Group], "
        + "width: Int)"
    ) { sweep in
      sweep.each(Hostile.names) { name in
        draws(
          BarChart(
            title: name, valueLabel: name, names: [name, name], groups: [.init(name, [1, 2])]))
      }
      sweep.each(Hostile.integers) {
        draws(BarChart(title: "", valueLabel: "", names: [], groups: [], width: $0))
      }
    },
    EntryPoint("BarChart.width: Int") { sweep in
      sweep.each(Hostile.integers) { width in
        var chart = BarChart(
          title: "t", valueLabel: "v", names: ["a", "b"], groups: [.init("g", [1, 2])])
        chart.width = width
        return draws(chart)
      }
    },
    EntryPoint("LineChart.Series.init(_ name: String, _ y: [Double])") { sweep in
      for isLogarithmic in [false, true] {
        sweep.each(Hostile.doubles, isLogarithmic ? "log " : "") { value in
          draws([.init("", [value]), .init("b", [value, 1, value])], isLogarithmic)
        }
        sweep.call("all") { draws([.init("", Hostile.doubles)], isLogarithmic) }
        sweep.call("2^20") {
          draws([.init("", Array(repeating: 1, count: 1 << 20))], isLogarithmic)
        }
      }
    },
    EntryPoint("LineChart.Series.init(_ name: String, x: [Double], y: [Double])") { sweep in
      for isLogarithmic in [false, true] {
        sweep.each(Hostile.doubles, isLogarithmic ? "log " : "") { value in
          draws([.init("", x: [value, 0, 1], y: [1, value])], isLogarithmic)
        }
        sweep.call("all") {
          draws([.init("", x: Hostile.doubles, y: Hostile.doubles)], isLogarithmic)
        }
      }
    },
    EntryPoint("LineChart.Series.x: [Double]") { sweep in
      sweep.each(Hostile.doubles) { value in
        var series = LineChart.Series("", [1, 2, 3])
        series.x = [value]
        return draws([series], false)
      }
    },
    EntryPoint("LineChart.Series.y: [Double]") { sweep in
      sweep.each(Hostile.doubles) { value in
        var series = LineChart.Series("", [1, 2, 3])
        series.y = [value, value]
        return draws([series], false)
      }
    },
    EntryPoint("LineChart.series: [Series]") { sweep in
      sweep.call("none") {
        var chart = LineChart(title: "", xLabel: "", yLabel: "", series: [.init("", [1])])
        chart.series = []
        return draws(chart)
      }
      sweep.call("1000") { draws(Array(repeating: .init("name", [1, 2]), count: 1000), false) }
    },
    EntryPoint("LineChart.width: Int") { sweep in
      sweep.each(Hostile.integers) { size in
        var chart = LineChart(title: "", xLabel: "", yLabel: "", series: [.init("", [1, 2])])
        chart.width = size
        return draws(chart)
      }
    },
    EntryPoint("LineChart.height: Int") { sweep in
      sweep.each(Hostile.integers) { size in
        var chart = LineChart(title: "", xLabel: "", yLabel: "", series: [.init("", [1, 2])])
        chart.height = size
        return draws(chart)
      }
    },
    EntryPoint(
      "LineChart.init(title: String, xLabel: String, yLabel: String, series: [Series], "
        + "isLogarithmic: Bool, width: Int, height: Int)"
    ) { sweep in
      sweep.each(Hostile.names) { name in
        draws(
          LineChart(
            title: name, xLabel: name, yLabel: name, series: [.init(name, [1]), .init(name, [2])]))
      }
      sweep.each(Hostile.integers) { size in
        draws(
          LineChart(
            title: "", xLabel: "", yLabel: "", series: [.init("", (0..<5000).map(Double.init))],
            isLogarithmic: true, width: size, height: size))
      }
    },
  ]

  private static func bars(_ values: [Double?]) -> Any {
    draws(
      BarChart(
        title: "", valueLabel: "", names: ["a", "b", "c"],
        groups: [.init("g", values), .init("h", values.reversed())]))
  }

  private static func draws(_ series: [LineChart.Series], _ isLogarithmic: Bool) -> Any {
    draws(
      LineChart(title: "", xLabel: "", yLabel: "", series: series, isLogarithmic: isLogarithmic))
  }

  private static func draws(_ chart: LineChart) -> Bool { isPicture(chart.svg()) }
  private static func draws(_ chart: BarChart) -> Bool { isPicture(chart.svg()) }

  /// A picture has no number that is not one.
  private static func isPicture(_ text: String) -> Bool {
    text.hasSuffix("</svg>\n") && !text.contains("\"nan") && !text.contains("\"inf")
      && !text.contains("\"-inf")
  }
}
