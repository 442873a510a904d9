import AdjointGraph

/// Every rewrite, in the order in which they are tried, which counts among those of one root; and what the passes
/// try of them.
package enum StandardRewrites {
  package static let all: [Rewrite] = [
    // add
    .logSumExpOfShifted, .logSumExpAndNegative, .negativeLogSumExpAnd, .addedZero, .twoHalves,
    .addedNegative,
    // subtract
    .logSumExpLess, .lessLogSumExp, .subtractedZero, .subtractedNegative, .expLessOne, .oneLessExp,
    // negate
    .negatedNegative, .negatedDifference, .negatedMultiple,
    // multiply
    .softmaxOfProduct, .softmaxOfRepeatedFactor, .expTimesSigmoid, .timesOne, .timesMinusOne,
    .productOfNegatives, .productWithReciprocal, .multipleOfNegative, .multipleOfMultiple,
    // divide
    .overOne, .oneOverOneAndExp, .expOverOneAndExp, .sigmoidOfDifference, .tanhOfExponentials,
    .tanhOfExpm1, .tanhOfNegativeExpm1, .scaledSigmoid, .softmax, .quotientOfNegatives,
    .overPowerOfTwo, .oneOver,
    // reciprocal
    .reciprocalOfRoot, .reciprocalOfOneAndExp,
    // power
    .powerZero, .powerOne, .square, .powerMinusOne,
    // log, log1p
    .logOfExp, .logOfSigmoid, .logOfRestOfSigmoid, .logOfOneAnd, .logOfOneLess, .logSumExp,
    .logSoftmax, .log1pOfExp, .log1pOfSigmoid, .log1pOfExpm1,
    // tanh, erf, sigmoid, exp, softplus
    .saturatedTanh, .saturatedErf, .saturatedSigmoid, .saturatedExp, .saturatedSoftplus,
    // abs, maximum, minimum, stop_gradient
    .magnitudeOfNegative, .magnitudeOfMagnitude, .greaterOfTheSame, .lesserOfTheSame, .stoppedTwice,
    // select
    .selectTheSame, .selectTrue, .selectFalse, .selectNot, .selectTrueAgain, .selectFalseAgain,
    // and, or, logical_not
    .andTheSame, .andTrue, .andFalse, .orTheSame, .orFalse, .orTrue, .notNot, .notEqual,
    .notUnequal,
    // cast, extent
    .castToTheSame, .castTwice, .knownExtent,
    // reshape, broadcast, slice, pad, concatenate, transpose
    .reshapeToTheSame, .reshapeTwice, .reshapeOfRepeated, .broadcastToTheSame, .broadcastTwice,
    .broadcastByOne, .sliceOfEverything, .padWithNothing, .concatenateOne, .transposeInPlace,
    .transposeTwice, .transposeOfOnes, .transposeContracted,
    // reduce_sum, reduce_product, reduce_max, reduce_min
    .sumOverOnes, .sumOfSums, .sumOfRepeated, .productOverOnes, .maximumOverOnes, .minimumOverOnes,
    // dot_general
    .productWithDiagonal, .contractTransposed,
    // call
    .callOfNothing,
  ]

  /// Algebra.
  package static let identities = table(of: [.identity])
  /// What overflows or cancels less.
  package static let stableForms = table(of: [.stableForm])
  /// Movements of data that contractions absorb.
  package static let contractions = table(of: [.contraction])

  /// The rewrites of some families.
  package static func table(of families: Set<Rewrite.Family>) -> RewriteTable {
    RewriteTable(all.filter { families.contains($0.family) })
  }
}
