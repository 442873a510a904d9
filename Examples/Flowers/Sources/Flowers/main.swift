// Trains a network on a table with text labels, and evaluates it on flowers that it has not seen.
import Adjoint
import AdjointTables
import AdjointTraining

// The last column has names; they are sorted, numbered, and kept with the weights.
let flowers = try Dataset(
  contentsOf: "Data/iris.csv", labelsAs: .i32, options: CSVFile.Options(labelColumn: "species"))
let (training, test) = try flowers.split(holdingOut: 0.2, seed: 4)

let builder = GraphBuilder("flowers")
let x = builder.input("x", .f32, ["B", 4])
let labels = builder.input("labels", .i32, ["B"])
let w1 = builder.parameter("w1", .f32, [4, 16], .he)
let b1 = builder.parameter("b1", .f32, [16])
let w2 = builder.parameter("w2", .f32, [16, 3], .he)
let b2 = builder.parameter("b2", .f32, [3])
// Centimetres, brought near to zero.
let hidden = linear(x * 0.5 - 2, weight: w1, bias: b1).tanh()
let logits = linear(hidden, weight: w2, bias: b2)
builder.output("logits", logits)
builder.output("loss", crossEntropy(logits: logits, indices: labels))
let graph = try builder.build()

let options = TrainingOptions(
  optimizer: .adamW(learningRate: 0.02), schedule: .cosine(over: 60), batchSize: 16)
let trainer = try Trainer(graph, on: training, options: options)
for try await _ in trainer.training(epochs: 60) {}
try trainer.checkpoint().write(to: "flowers.safetensors")

let file = try SafetensorsFile(contentsOf: "flowers.safetensors")
let evaluator = Evaluator(graph, trainer.interface)
let values = try evaluator.values(of: [.accuracy, .topK(2)], on: test, weights: file.tensors)
print("\(test.count) flowers not trained on")
print("accuracy at least 0.9:", (values[.accuracy] ?? 0) >= 0.9)
print("within the best two:", values[.topK(2)] ?? 0)

// Three flowers, each typical of its species.
let asked = try Dataset(
  features: Tensor([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]], .f32))
let names = try file.classNames() ?? []
for number in try evaluator.classes(of: asked, weights: file.tensors) { print(names[number]) }

// For the command.
try graph.write(to: "flowers.graph")
