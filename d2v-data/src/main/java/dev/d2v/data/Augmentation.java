package dev.d2v.data;

/// What happens to an image on its way to the network.
///
/// @param framing how it becomes square
/// @param flipProbability probability in [0,1] of a mirror image, left and right exchanged
public record Augmentation(Framing framing, double flipProbability) {
  /// Checks the probability.
  public Augmentation {
    if (!(flipProbability >= 0 && flipProbability <= 1)) {
      throw new IllegalArgumentException(
          "the probability of a flip lies in [0,1], got " + flipProbability);
    }
  }

  /// Images as they are.
  public static Augmentation none() {
    return new Augmentation(new Framing.AsIs(), 0);
  }

  /// Only mirror images, with probability 1/2.
  public static Augmentation flips() {
    return new Augmentation(new Framing.AsIs(), 0.5);
  }

  /// Random resized crops of the usual ratios, mirrored with probability 1/2.
  public static Augmentation crops(double scaleMin) {
    return new Augmentation(RandomResizedCrop.ofScale(scaleMin), 0.5);
  }

  /// For evaluation: the centre, never mirrored.
  public static Augmentation evaluation() {
    return new Augmentation(new Framing.CentreCrop(), 0);
  }

  /// Whether framing costs next to nothing.
  boolean cheap() {
    return framing instanceof Framing.AsIs;
  }
}
