package dev.d2v.model;

import dev.d2v.nn.layer.Alibi;

/// Attention biases that fall with distance.
///
/// @param distance how far two patches are apart (images)
/// @param scale initial value of the scale
/// @param learned whether the scale is trained
/// @param perHead one scale a head, or one for all
/// @param perLayer one scale a layer (prenet, then shared blocks), or one for all
public record AlibiConfig(
    Alibi.Distance distance, double scale, boolean learned, boolean perHead, boolean perLayer) {}
