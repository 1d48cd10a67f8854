package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A checkpoint of a run of d2v. Its architecture is in the run's `config.yaml`, which
/// [#configText] gives.
public final class RunWeights implements Weights {
  private final Path path;
  private final Path checkpoint;
  private final Safetensors tensors;
  private final Optional<String> yaml;
  private final List<String> remarks;

  RunWeights(
      Path path,
      Path checkpoint,
      Safetensors tensors,
      Optional<String> yaml,
      List<String> remarks) {
    this.path = path;
    this.checkpoint = checkpoint;
    this.tensors = tensors;
    this.yaml = yaml;
    this.remarks = List.copyOf(remarks);
  }

  @Override
  public Path path() {
    return path;
  }

  /// The folder of the checkpoint.
  public Path checkpoint() {
    return checkpoint;
  }

  @Override
  public String description() {
    return "d2v checkpoint, update " + tensors.metadata().getOrDefault("update", "unknown");
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

  /// None: read [#configText], a recipe.
  @Override
  public Optional<Data2Vec2Config> config() {
    return Optional.empty();
  }

  @Override
  public Optional<ConfigText> configText() {
    return yaml.map(text -> new ConfigText("yaml", text));
  }

  @Override
  public List<String> remarks() {
    return remarks;
  }
}
