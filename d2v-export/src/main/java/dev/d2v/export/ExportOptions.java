package dev.d2v.export;

import dev.d2v.embed.Modality;
import dev.d2v.embed.Pooling;
import java.util.List;
import java.util.Optional;

/// What an exported model computes and how it is stored. Pooling, layers and length are those of
/// [dev.d2v.embed.EmbedderOptions], with the same defaults.
///
/// @param modality of a model that reads several; empty: its only one
/// @param teacher of a model with both, the teacher's weights instead of the student's
/// @param pooling over tokens, for the vector
/// @param layers numbers, from 1, of the layers whose outputs are pooled and then averaged; empty:
///   the model's output
/// @param normalized whether vectors are brought to length 1
/// @param int8 whether linear layers compute with bytes, weights rounded for each channel and
///   inputs when they are there, and tables of tokens are bytes, rounded for each row
/// @param externalData whether constants go to a file of their own even if they need not
public record ExportOptions(
    Optional<Modality> modality,
    boolean teacher,
    Pooling pooling,
    List<Integer> layers,
    boolean normalized,
    boolean int8,
    boolean externalData) {
  /// Copies the list.
  public ExportOptions {
    layers = List.copyOf(layers);
  }

  /// The student's only modality, the mean over tokens of the output, in F32, in one file where it
  /// fits.
  public static ExportOptions defaults() {
    return new ExportOptions(Optional.empty(), false, Pooling.MEAN, List.of(), false, false, false);
  }

  /// For one of several modalities.
  public ExportOptions modality(Modality other) {
    return new ExportOptions(
        Optional.of(other), teacher, pooling, layers, normalized, int8, externalData);
  }

  /// With the teacher's weights, or the student's.
  public ExportOptions teacher(boolean other) {
    return new ExportOptions(modality, other, pooling, layers, normalized, int8, externalData);
  }

  /// With another pooling.
  public ExportOptions pooling(Pooling other) {
    return new ExportOptions(modality, teacher, other, layers, normalized, int8, externalData);
  }

  /// With the average of these layers.
  public ExportOptions layers(List<Integer> other) {
    return new ExportOptions(modality, teacher, pooling, other, normalized, int8, externalData);
  }

  /// With vectors of length 1, or as they are.
  public ExportOptions normalized(boolean other) {
    return new ExportOptions(modality, teacher, pooling, layers, other, int8, externalData);
  }

  /// With linear layers in bytes, or in F32.
  public ExportOptions int8(boolean other) {
    return new ExportOptions(modality, teacher, pooling, layers, normalized, other, externalData);
  }

  /// With constants in a file of their own, or only when they must be.
  public ExportOptions externalData(boolean other) {
    return new ExportOptions(modality, teacher, pooling, layers, normalized, int8, other);
  }
}
