package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.StepRig;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// d2v as a rival of itself, with the recipe of the file. Named `other`, it begins with other
/// weights.
final class StepTwin implements Engine {
  private final boolean other;

  private StepTwin(boolean other) {
    this.other = other;
  }

  /// Serves; the argument is its name.
  public static void main(String[] args) throws IOException {
    Worker.serve(new StepTwin(args[0].equals("other")));
  }

  @Override
  public String description() {
    return "twin";
  }

  @Override
  public Optional<Task> open(Case which) {
    return Optional.empty();
  }

  @Override
  public Optional<Task> step(Path path) throws IOException {
    try (Safetensors file = Safetensors.open(path)) {
      Recipe recipe = StepFile.recipe(file);
      Recipe own = other ? ConfigMapper.with(recipe, List.of("train.seed=99")) : recipe;
      return Optional.of(new Update(new StepRig(own, 1)));
    }
  }

  private static final class Update implements Task {
    private final StepRig rig;
    private float[] result = {};

    private Update(StepRig rig) {
      this.rig = rig;
    }

    @Override
    public void run() {
      result = StepFile.result(rig.update());
    }

    @Override
    public float[] result() {
      return result;
    }

    @Override
    public void close() {
      rig.close();
    }
  }

  @Override
  public void close() {}
}
