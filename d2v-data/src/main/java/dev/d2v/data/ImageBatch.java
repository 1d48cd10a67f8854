package dev.d2v.data;

/// Images ready for the network. The arrays belong to whoever made the batch and are used again for
/// a later one: copy what must be kept beyond the next call.
///
/// @param pixels (count, C, H, W) floats; the array may be longer
/// @param indices number of each image in the data set; may be longer
/// @param labels class of each image, or [ImageDataset#NO_LABEL]; may be longer
/// @param count images in this batch
public record ImageBatch(float[] pixels, int[] indices, int[] labels, int count) {}
