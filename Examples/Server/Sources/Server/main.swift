// Answers requests from eight threads. A request is a line of numbers with commas between on the standard input.
import Adjoint
import Foundation

// One graph, one set of weights and one compiled executable for all threads. A run on one thread each is best where
// several run at the same time.
let engine = Engine(Engine.Options(threads: 1, maximumMemory: 64 << 20))
let graph = try Graph(contentsOf: "Data/parity.graph")
let weights = try SafetensorsFile(contentsOf: "Data/parity.safetensors").tensors
let executable = try graph.compiled(CompilationOptions(dimensions: ["B": 1]), on: engine)

let desk = Desk()
let threads = DispatchGroup()
for _ in 0..<8 {
  DispatchQueue(label: "worker").async(group: threads) {
    do {
      let worker = try Worker(executable, weights)
      while let request = desk.next() {
        desk.answer(request, with: worker.answer(to: request.text))
      }
    } catch {
      desk.refuse("a worker cannot start: \(error)")
    }
  }
}
while let line = readLine() { desk.receive(line) }
desk.close()
threads.wait()
for line in desk.answers { print(line) }
