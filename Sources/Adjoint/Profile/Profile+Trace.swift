import AdjointCore
import AdjointFormats
import AdjointGraph

extension Profile {
  /// What the threads did in the fastest of the watched runs, as a trace that Chrome and Perfetto show: a row for each
  /// thread, on it the steps that it began, and below them the work items that it did of a step.
  ///
  /// It is in the trace event format, JSON with complete events and the names of process and threads as metadata; times
  /// are microseconds.
  ///
  /// Source of the format: Google, "Trace Event Format", 2016.
  public var chromeTrace: String {
    var text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
    text += Self.metadata("process_name", thread: 0, "adjoint \(graph)")
    for thread in 0..<threads {
      let name = thread == 0 ? "caller" : "worker \(thread)"
      text += ",\n" + Self.metadata("thread_name", thread: thread, name)
      text += ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":\(thread),\"name\":\"thread_sort_index\","
      text += "\"args\":{\"sort_index\":\(thread)}}"
    }
    for part in parts { text += ",\n" + event(part) }
    return text + "\n]}\n"
  }

  /// Writes the trace to a file, whole or not at all.
  ///
  /// - Throws: `.inputOutput`.
  public func writeChromeTrace(to path: String) throws(Diagnostic) {
    try AtomicFile.write(text: chromeTrace, to: path)
  }

  private static func metadata(_ kind: String, thread: Int, _ name: String) -> String {
    "{\"ph\":\"M\",\"pid\":1,\"tid\":\(thread),\"name\":\"\(kind)\",\"args\":{\"name\":"
      + JSONString.quoted(name) + "}}"
  }

  private func event(_ part: Part) -> String {
    let step = steps[part.step]
    var name = "step \(step.number)"
    var arguments: [String] = ["\"step\":\(step.number)"]
    if let piece = part.piece {
      name += ": items \(part.items.lowerBound)–\(part.items.upperBound - 1)"
      arguments += [
        "\"piece\":\(piece)", "\"first\":\(part.items.lowerBound)",
        "\"end\":\(part.items.upperBound)",
      ]
    } else {
      name += ": \(step.label)"
      arguments += [
        "\"kernel\":" + JSONString.quoted("k\(step.kernelNumber) \(step.kernel)"),
        "\"nodes\":[" + step.nodes.map { JSONString.quoted($0.name) }.joined(separator: ",") + "]",
        "\"places\":[" + step.places.map { JSONString.quoted($0) }.joined(separator: ",") + "]",
        "\"operations\":\(step.operationCount)", "\"bytes\":\(step.byteCount)",
      ]
    }
    let category = part.piece == nil ? "step" : "items"
    return "{\"ph\":\"X\",\"pid\":1,\"tid\":\(part.thread),\"cat\":\"\(category)\",\"name\":"
      + JSONString.quoted(name) + ",\"ts\":\(Self.microseconds(part.start)),\"dur\":"
      + Self.microseconds(part.end - part.start) + ",\"args\":{"
      + arguments.joined(separator: ",") + "}}"
  }

  /// Microseconds with three digits behind the point, as the format has them.
  private static func microseconds(_ seconds: Double) -> String {
    let nanoseconds = Int(clampedConversion: max(seconds * 1e9, 0).rounded())
    let rest = String(nanoseconds % 1000)
    return "\(nanoseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

extension Profile.Step {
  /// Where its nodes were written, each place once.
  public var places: [String] {
    var seen: Set<SourceLocation> = []
    return nodes.compactMap(\.location).filter { seen.insert($0).inserted }.map(\.description)
  }
}
