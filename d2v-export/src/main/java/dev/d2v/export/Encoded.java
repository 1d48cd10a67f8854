package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an encoder's graph gives.
///
/// @param output (B,N,C) behind the last norm
/// @param layers (B,N,C) of each layer, the first one first
/// @param padding (B,N) BOOL, true where a token is padding, or null: none ever is
/// @param extra tokens at the beginning that stand for no part of the sample
/// @param first the token that stands for the whole sample, or -1: there is none
/// @param count N, where it has a name or is fixed
/// @param width C
record Encoded(
    Value output,
    List<Value> layers,
    @Nullable Value padding,
    int extra,
    int first,
    Axis count,
    int width) {}
