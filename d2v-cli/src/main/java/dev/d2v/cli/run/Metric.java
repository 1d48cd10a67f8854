package dev.d2v.cli.run;

/// The numbers that a run keeps for every logged update: their keys in `metrics.jsonl` and
/// TensorBoard, and what a person should know about them. In a run of several modalities, those
/// that belong to one have its name before theirs: `speech/loss`.
public enum Metric {
  /// Sum of the weighted losses.
  LOSS("loss", "Loss", ""),
  /// Of masked tokens.
  LOSS_REGRESSION("loss_regression", "Masked tokens", ""),
  /// Of the CLS token.
  LOSS_CLS("loss_cls", "CLS token", ""),
  /// Of masked pixels.
  LOSS_RECONSTRUCTION("loss_reconstruction", "Masked pixels", ""),
  /// The rate of this update.
  LEARNING_RATE("learning_rate", "Learning rate", ""),
  /// How much of itself the teacher kept.
  EMA_DECAY("ema_decay", "EMA decay", ""),
  /// Standard deviation of predictions over the batch.
  PRED_VAR("pred_var", "Predictions", ""),
  /// Standard deviation of targets over the batch.
  TARGET_VAR("target_var", "Targets", ""),
  /// Spread of the patch embedding over positions and samples.
  LOCAL_SPREAD("local_spread", "Local features", ""),
  /// Spread of the teacher's pooled features over the samples of a batch.
  SAMPLE_SPREAD("sample_spread", "Teacher's features over the batch", ""),
  /// Spread of the student's pooled features over a fixed set of held-out samples.
  FEATURE_SPREAD("feature_spread", "Student's features over held-out samples", ""),
  /// Norm of the gradient before clipping.
  GRADIENT_NORM("gradient_norm", "Gradient norm", ""),
  /// Images per second since the last line.
  IMAGES_PER_SECOND("images_per_second", "Speed", "images/s"),
  /// Samples of any kind per second since the last line.
  SAMPLES_PER_SECOND("samples_per_second", "Speed", "samples/s");

  private final String key;
  private final String title;
  private final String unit;

  Metric(String key, String title, String unit) {
    this.key = key;
    this.title = title;
    this.unit = unit;
  }

  /// Its name in files.
  public String key() {
    return key;
  }

  /// Its name in files, as a number of one of several modalities.
  ///
  /// @param modality `image`, `speech`, `text`
  public String key(String modality) {
    return modality + "/" + key;
  }

  /// Its name for people.
  public String title() {
    return title;
  }

  /// Its unit, empty for plain numbers.
  public String unit() {
    return unit;
  }
}
