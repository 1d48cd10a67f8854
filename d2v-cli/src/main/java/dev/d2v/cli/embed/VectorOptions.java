package dev.d2v.cli.embed;

import dev.d2v.embed.EmbedderOptions;
import dev.d2v.embed.Pooling;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// What a vector is, as options of the commands that make vectors or write down how they are made.
public final class VectorOptions {
  @Option(
      names = "--pooling",
      paramLabel = "HOW",
      description = "mean over tokens, or the first token. Default: mean.")
  private Pooling pooling = Pooling.MEAN;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "N",
      description = "Average these layers, from 1. Default: the model's output.")
  private List<Integer> layers = new ArrayList<>();

  @Option(names = "--normalize", description = "Bring vectors to length 1.")
  private boolean normalize;

  @Option(names = "--teacher", description = "The teacher's weights, where there are both.")
  private boolean teacher;

  /// As [picocli.CommandLine] fills them.
  public VectorOptions() {}

  /// The default options of an embedder with these.
  public EmbedderOptions options() {
    return EmbedderOptions.defaults()
        .pooling(pooling)
        .layers(layers)
        .normalized(normalize)
        .teacher(teacher);
  }
}
