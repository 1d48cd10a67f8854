package dev.d2v.model.train;

import java.util.Map;
import java.util.OptionalDouble;

/// What one optimiser update showed. Losses are divided by the sample size, as the optimiser sees
/// them.
///
/// @param update number of updates done, this one included
/// @param modality name of the modality whose turn it was
/// @param modalityUpdates updates that this modality has had, this one included
/// @param loss sum of all components per masked token
/// @param losses components by name, per masked token
/// @param spreads of the collapse monitor, by name
/// @param gradientNorm L2 norm before clipping
/// @param clipFactor what clipping multiplied the gradient by, at most 1
/// @param learningRate lr(u)
/// @param emaDecay the teacher's decay after this update; empty where there is no teacher
/// @param sampleSize N, masked tokens of the update
/// @param samples B over all micro-batches
/// @param maskedFraction part of the tokens that was masked
public record UpdateReport(
    long update,
    String modality,
    long modalityUpdates,
    double loss,
    Map<String, Double> losses,
    Map<String, Double> spreads,
    double gradientNorm,
    double clipFactor,
    double learningRate,
    OptionalDouble emaDecay,
    int sampleSize,
    int samples,
    double maskedFraction) {}
