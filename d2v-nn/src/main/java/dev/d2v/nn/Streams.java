package dev.d2v.nn;

/// Purposes of random streams: the second word of every Philox counter. Layers' own streams start
/// at [ParameterScope#FIRST_LAYER_STREAM].
public final class Streams {
  /// Initial weights; the item is the parameter's rank.
  public static final int INITIAL_WEIGHTS = 1;

  /// Masks; the item is the row in the batch.
  public static final int MASKS = 2;

  /// Noise tokens of the decoder's input; one stream a decoder from here.
  public static final int NOISE = 3;

  /// Order of the data; the update is the epoch.
  public static final int DATA_ORDER = 10;

  /// Crops and flips; the update is the epoch, the item the sample.
  public static final int AUGMENTATION = 11;

  /// Skipped layers.
  public static final int LAYER_DROP = 12;

  /// Probes, projections and other looks at a model.
  public static final int EVALUATION = 13;

  /// The choice of held-out samples, made by the data module, which knows no layers.
  public static final int HELD_OUT = 14;

  /// Which modality an update trains.
  public static final int MODALITY_TURNS = 15;

  private Streams() {}
}
