package dev.d2v.tensor.kernel;

/// A dropout that a kernel applies inside. Element i is kept where `Philox.uniform(numbers, stream,
/// i) >= p` and then divided by `1 - p`; nothing is saved, the backward draws the same numbers
/// again.
///
/// @param numbers the step's numbers: seed and update
/// @param stream which of the step's random streams
/// @param p probability of dropping, in [0,1)
public record DropoutSpec(StepNumbers numbers, int stream, float p) {}
