package dev.d2v.export;

import org.jspecify.annotations.Nullable;

/// What a model makes of a batch.
///
/// @param tokens (B,N,C)
/// @param vectors (B,C)
/// @param there (B*N), 1 where a token is no padding; null: nobody says it
/// @param samples B
/// @param count N
/// @param width C
record Received(
    float[] tokens, float[] vectors, int @Nullable [] there, int samples, int count, int width) {}
