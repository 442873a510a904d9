// What a user of the package imports: the types of the layers below that appear in its API.
@_exported import AdjointAutodiff
@_exported import AdjointCore
@_exported import AdjointFormats
@_exported import AdjointGraph
@_exported import AdjointOperators
@_exported import AdjointPasses
