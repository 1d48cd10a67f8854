package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;
import java.util.List;

/// What is done to images before the model sees them.
///
/// @param cropScaleMin smallest part of the image's area that a random resized crop takes; 1: no
///   crop
/// @param cropScaleMax largest part
/// @param cropRatioMin narrowest crop, width over height
/// @param cropRatioMax widest crop
/// @param flip probability of a horizontal flip
/// @param mean subtracted from pixels in [0,1], one a channel
/// @param std divided by, one a channel
/// @param share of images in training
public record ImageData(
    double cropScaleMin,
    double cropScaleMax,
    double cropRatioMin,
    double cropRatioMax,
    double flip,
    List<Double> mean,
    List<Double> std,
    ShareConfig share) {
  /// Checks the ranges and copies the lists.
  public ImageData {
    ConfigChecks.that(
        cropScaleMin > 0 && cropScaleMin <= cropScaleMax && cropScaleMax <= 1,
        "cropScaleMin and cropScaleMax must satisfy 0 < min <= max <= 1, got "
            + cropScaleMin
            + " and "
            + cropScaleMax);
    ConfigChecks.that(
        cropRatioMin > 0 && cropRatioMin <= cropRatioMax,
        "cropRatioMin and cropRatioMax must satisfy 0 < min <= max");
    ConfigChecks.ratio("flip", flip);
    ConfigChecks.that(
        mean.size() == std.size() && !mean.isEmpty(),
        "mean and std need one number a channel each");
    for (double s : std) {
      ConfigChecks.that(s > 0, "std must be above 0, got " + s);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /// Whether images are cropped at random.
  public boolean crops() {
    return cropScaleMin < 1;
  }

  /// ImageNet's: crops of 20 to 100 % of the area, flips.
  public static ImageData imageNet() {
    return new ImageData(
        0.2,
        1,
        3.0 / 4,
        4.0 / 3,
        0.5,
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225),
        ShareConfig.WHOLE);
  }

  /// Fashion-MNIST's: flips, no crops.
  public static ImageData fashionMnist() {
    return new ImageData(
        1, 1, 3.0 / 4, 4.0 / 3, 0.5, List.of(0.2860), List.of(0.3530), ShareConfig.WHOLE);
  }
}
