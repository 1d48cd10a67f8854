package dev.d2v.data.text;

/// Rows of tokens ready for the network. The arrays belong to whoever made the batch and are used
/// again for a later one: copy what must be kept beyond the next call.
///
/// @param ids (count, T) numbers of tokens, padded with `<pad>`; the array may be longer
/// @param count rows in this batch
/// @param length T
/// @param items number of each row in the data; may be longer
public record TextBatch(int[] ids, int count, int length, int[] items) {}
