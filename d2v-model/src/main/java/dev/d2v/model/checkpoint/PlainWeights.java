package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.tensor.io.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tensors under published names, a teacher's with `_ema.` in front; with their configuration in
/// the metadata or beside them, or without one.
public final class PlainWeights implements Weights {
  private final Path path;
  private final TensorFile tensors;
  private final @Nullable FairseqConfig config;
  private final @Nullable ConfigText text;
  private final @Nullable String preprocessor;

  PlainWeights(
      Path path,
      TensorFile tensors,
      @Nullable FairseqConfig config,
      @Nullable ConfigText text,
      @Nullable String preprocessor) {
    this.path = path;
    this.tensors = tensors;
    this.config = config;
    this.text = text;
    this.preprocessor = preprocessor;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String description() {
    return "tensors"
        + (text == null ? " without a configuration" : ", configuration " + text.form());
  }

  @Override
  public TensorFile tensors() {
    return tensors;
  }

  @Override
  public Map<String, String> student() {
    return Names.split(tensors, false);
  }

  @Override
  public Map<String, String> teacher() {
    return Names.split(tensors, true);
  }

  @Override
  public Optional<Data2Vec2Config> config() {
    return Optional.ofNullable(config).map(FairseqConfig::config);
  }

  @Override
  public Optional<ConfigText> configText() {
    return Optional.ofNullable(text);
  }

  @Override
  public Optional<String> preprocessor() {
    return Optional.ofNullable(preprocessor);
  }

  @Override
  public List<String> remarks() {
    return config == null ? List.of() : List.copyOf(config.unknown());
  }
}
