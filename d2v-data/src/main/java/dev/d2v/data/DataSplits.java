package dev.d2v.data;

/// A data set in two parts: what is learned from, and what is looked at only to measure.
///
/// @param train images to learn from
/// @param heldOut images to measure with, never trained on
/// @param how a sentence saying how the parts were made
public record DataSplits(ImageDataset train, ImageDataset heldOut, String how) {}
