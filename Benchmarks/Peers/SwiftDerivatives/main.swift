import Foundation
import _Differentiation

/// A worker of Benchmarks/compare that takes derivatives by Swift's `_Differentiation`: one request a line of
/// standard input, one answer a line of standard output, in JSON, as peer.py has it.
///
/// `--registered` takes the functions of arrays whose derivatives are registered, where a case has them.
struct Request: Decodable {
  let command: String
  var file: String?
  var repeats: Int?
  var seconds: Double?
}

struct Reply: Encodable {
  var name: String?
  var version: String?
  var error: String?
  var mismatch: String?
  var firstResult: Double?
  var samples: [Double]?
  var latencies: [String: Double]?
}

/// A value and the slope of each parameter.
typealias Step = () -> (value: Double, gradient: [Double])

/// The step of a case and the name of what its gradient is with respect to.
func step(of file: CaseFile, registered: Bool) throws -> (source: String, step: Step) {
  switch (file.name, registered) {
  case ("swift_simulation", false):
    let scales = try file["input/parameters"]
    let factors = try file["input/factors"]
    return (
      "factors",
      {
        let model = HeatedFloor(zip(factors, scales).map { $0 * $1 })
        let (value, gradient) = valueWithGradient(at: model, of: finalError)
        return (value, zip(elements(of: gradient), scales).map { $0 * $1 })
      }
    )
  case ("swift_network", _):
    let network = Network(try file["input/weights"])
    let (x, target) = (try file["input/x"], try file["input/target"])
    return (
      "weights",
      {
        let (value, gradient) =
          registered
          ? valueWithGradient(at: network) { Registered.loss(of: $0, x, target) }
          : valueWithGradient(at: network) { Loops.loss(of: $0, x, target) }
        return (value, gradient.first.base + gradient.second.base)
      }
    )
  default: throw Mistake("not asked for \(file.name)")
  }
}

/// What is not ours within a billionth of the largest element; nil where all is.
func mismatch(_ name: String, _ actual: [Double], _ ours: [Double]) -> String? {
  let largest = ours.reduce(0) { max($0, abs($1)) }
  guard actual.count == ours.count else { return "\(name) has \(actual.count) elements" }
  for index in ours.indices where !(abs(actual[index] - ours[index]) <= 1e-9 * largest) {
    return "\(name)[\(index)] is \(actual[index]), ours is \(ours[index])"
  }
  return nil
}

/// The seconds of so many steps; what they give is kept, so that none is left out.
func seconds(_ step: Step, _ count: Int) -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  for _ in 0..<count { kept += step().gradient[0] }
  let passed = (clock.now - start).components
  return Double(passed.seconds) + Double(passed.attoseconds) * 1e-18
}

nonisolated(unsafe) var kept = 0.0

/// Means of as many steps as take 5 ms, after 50 ms of warm-up, in microseconds.
func samples(_ step: Step, most: Int, limit: Double) -> [Double] {
  var (fastest, passed) = (Double.infinity, 0.0)
  while passed < 0.05 {
    let time = seconds(step, 1)
    fastest = min(fastest, time)
    passed += time
  }
  let count = max(1, Int((0.005 / fastest).rounded(.up)))
  var found: [Double] = []
  passed = 0
  while found.isEmpty || (found.count < most && passed < limit) {
    let time = seconds(step, count)
    found.append(time * 1e6 / Double(count))
    passed += time
  }
  return found.sorted()
}

/// The times of single calls in microseconds, after a hundred that do not count.
func latencies(_ step: Step, most: Int, limit: Double) -> [Double] {
  for _ in 0..<100 { _ = seconds(step, 1) }
  var (calls, passed) = ([Double](), 0.0)
  repeat {
    let time = seconds(step, 1)
    calls.append(time * 1e6)
    passed += time
  } while calls.count < most && passed < limit
  return calls.sorted()
}

func say(_ reply: Reply) throws {
  FileHandle.standardOutput.write(try JSONEncoder().encode(reply) + Data("\n".utf8))
}

func answer(_ request: Request, _ prepared: inout Step?, registered: Bool) throws -> Reply {
  switch request.command {
  case "prepare":
    let file = try CaseFile(contentsOf: request.file ?? "")
    let start = Date()
    let (source, step) = try step(of: file, registered: registered)
    let (value, gradient) = step()
    let first = Date().timeIntervalSince(start)
    for (name, actual) in [("value", [value]), ("gradient.\(source)", gradient)] {
      if let wrong = mismatch(name, actual, try file["output/\(name)"]) {
        return Reply(mismatch: "\(file.name): \(wrong)")
      }
    }
    prepared = step
    return Reply(firstResult: first)
  case "measure":
    guard let prepared else { throw Mistake("no case is prepared") }
    return Reply(
      samples: samples(prepared, most: request.repeats ?? 15, limit: request.seconds ?? 1))
  case "latencies":
    guard let prepared else { throw Mistake("no case is prepared") }
    let calls = latencies(prepared, most: request.repeats ?? 10_000, limit: request.seconds ?? 2)
    let shares = ["p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999]
    return Reply(
      latencies: shares.mapValues { calls[Int(($0 * Double(calls.count)).rounded(.up)) - 1] })
  case "release":
    prepared = nil
    return Reply()
  default: throw Mistake("not asked for \(request.command)")
  }
}

let registered = CommandLine.arguments.contains("--registered")
var prepared: Step?
try say(Reply(name: "swift", version: "_Differentiation of this toolchain"))
while let line = readLine() {
  do {
    let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    try say(answer(request, &prepared, registered: registered))
  } catch {
    try say(Reply(error: "\(error)"))
  }
}
