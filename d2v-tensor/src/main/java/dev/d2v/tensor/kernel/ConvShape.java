package dev.d2v.tensor.kernel;

/// The geometry of a grouped 2-D convolution on channels-last data, stride 1 or more. A 1-D one has
/// height 1 and kernelHeight 1.
///
/// @param batch N, number of samples
/// @param height input rows
/// @param width input columns
/// @param inChannels channels in
/// @param outChannels channels out
/// @param kernelHeight K over rows
/// @param kernelWidth K over columns
/// @param strideHeight step over rows
/// @param strideWidth step over columns
/// @param padTop zero rows above (below: as many as the output needs)
/// @param padLeft zero columns to the left (right: as many as the output needs)
/// @param outHeight output rows
/// @param outWidth output columns
/// @param groups groups; both channel counts are multiples of it
public record ConvShape(
    int batch,
    int height,
    int width,
    int inChannels,
    int outChannels,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int outHeight,
    int outWidth,
    int groups) {
  /// Checks that extents are positive and the groups divide the channels.
  public ConvShape {
    if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException(
          "convolution: groups (%d) must divide input channels (%d) and output channels (%d)"
              .formatted(groups, inChannels, outChannels));
    }
    if (kernelHeight < 1 || kernelWidth < 1 || strideHeight < 1 || strideWidth < 1) {
      throw new IllegalArgumentException("convolution: kernel and stride must be positive");
    }
  }

  /// The decoder's convolution: square kernel, stride 1, padding K/2, and for even K the last row
  /// and column dropped, so the output is as large as the input.
  public static ConvShape same2d(
      int batch, int height, int width, int in, int out, int kernel, int groups) {
    return new ConvShape(
        batch,
        height,
        width,
        in,
        out,
        kernel,
        kernel,
        1,
        1,
        kernel / 2,
        kernel / 2,
        height,
        width,
        groups);
  }

  /// [#same2d] along one axis.
  public static ConvShape same1d(int batch, int length, int in, int out, int kernel, int groups) {
    return new ConvShape(
        batch, 1, length, in, out, 1, kernel, 1, 1, 0, kernel / 2, 1, length, groups);
  }

  /// Elements of the weight `(out, in/groups, KH, KW)`.
  public int weightSize() {
    return outChannels * (inChannels / groups) * kernelHeight * kernelWidth;
  }

  /// Output positions over the batch.
  public int outRows() {
    return batch * outHeight * outWidth;
  }

  /// Input positions over the batch.
  public int inRows() {
    return batch * height * width;
  }
}
