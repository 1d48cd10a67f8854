package dev.d2v.embed;

import java.util.List;

/// Features of one sample, token by token.
///
/// @param output (tokens,width) of the model's last norm
/// @param layers (tokens,width) of each layer, the first one first
/// @param tokens number of tokens, padding left out
/// @param width numbers of each
/// @param extraTokens how many of the tokens, at the beginning, stand for no part of the sample
///   (CLS)
public record Encoding(
    float[] output, List<float[]> layers, int tokens, int width, int extraTokens) {}
