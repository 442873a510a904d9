import AdjointGraph

extension OperatorRegistry {
  /// Every operator that graph files may name.
  package static let standard = OperatorRegistry([
    // Composite
    Attention.self, CrossEntropy.self, CrossEntropyProbabilities.self, ExpectedCrossEntropy.self,
    Gelu.self, LayerNorm.self, LeakyRelu.self, Linear.self, LogSoftmax.self, LogSumExp.self,
    LogSumExpExcess.self, Mean.self, MeanSquaredError.self, Relu.self, SelectedCrossEntropy.self,
    Silu.self, Softmax.self, Variance.self,
    // Elementwise
    Abs.self, Add.self, And.self, Cast.self, Ceil.self, Cos.self, Divide.self, Equal.self, Erf.self,
    Exp.self, Expm1.self, Floor.self, Greater.self, GreaterOrEqual.self, Less.self,
    LessOrEqual.self, Log.self, Log1p.self, LogicalNot.self, Maximum.self, Minimum.self,
    Multiply.self, Negate.self, NotEqual.self, Or.self, Power.self, Reciprocal.self, Round.self,
    Rsqrt.self, Select.self, Sigmoid.self, Sign.self, Sin.self, Softplus.self, Sqrt.self,
    StopGradient.self, Subtract.self, Tan.self, Tanh.self,
    // Functions
    Call.self,
    // Indexing
    Gather.self, ScatterAdd.self,
    // Linear
    DotGeneral.self,
    // Reduction
    ProductOfOthers.self, ReduceMax.self, ReduceMin.self, ReduceProduct.self, ReduceSum.self,
    // Structure
    Broadcast.self, Concatenate.self, Constant.self, Extent.self, Iota.self, Pad.self,
    Reshape.self, Slice.self, Transpose.self,
  ])
}
