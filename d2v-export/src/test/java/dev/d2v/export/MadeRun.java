package dev.d2v.export;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Folders of runs of small data2vec 2.0 models that never trained.
final class MadeRun {
  private MadeRun() {}

  /// A published recipe at 16 channels, 2 blocks, 2 heads, and what a test sets.
  static Recipe recipe(String name, String... assignments) {
    List<String> all = new ArrayList<>(List.of("model.embedDim=16", "model.heads=2"));
    all.addAll(List.of("model.depth=2", "model.targets.topLayers=2", "probe.layers=1"));
    Recipe base = ConfigMapper.recipe(name);
    if (base.model().image() != null) {
      all.addAll(List.of("model.image.imageSize=8", "model.image.patchSize=2"));
      all.addAll(List.of("model.image.decoder.dim=16", "model.image.decoder.groups=4"));
    }
    if (base.model().speech() != null) {
      all.add("model.speech.extractor=\"[(8, 10, 5)] + [(8, 3, 2)]\"");
      all.addAll(List.of("model.speech.positionWidth=8", "model.speech.positionDepth=2"));
      all.addAll(List.of("model.speech.positionGroups=4", "model.speech.decoder.dim=16"));
      all.add("model.speech.decoder.groups=4");
    }
    if (base.model().text() != null) {
      all.addAll(List.of("model.text.vocabulary=40", "model.text.maxTokens=24"));
      all.addAll(List.of("data.text.length=24", "model.text.decoder.dim=16"));
      all.add("model.text.decoder.groups=4");
    }
    all.addAll(List.of(assignments));
    return ConfigMapper.with(base, all);
  }

  /// The folder of a run whose weights are random, norms, biases and scales too; the teacher's are
  /// others.
  static Path write(Path folder, Recipe recipe) throws IOException {
    Path step = Files.createDirectories(folder.resolve("checkpoints/step-000001"));
    Files.writeString(folder.resolve("config.yaml"), ConfigMapper.yaml(recipe));
    try (Backend backend = Backend.cpu(1);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend)) {
      model.memory().initialize(3);
      Random random = new Random(11);
      List<Parameter> all = new ArrayList<>(model.memory().student());
      all.addAll(model.memory().teacher());
      for (Parameter p : all) {
        float[] values = backend.floats(p.value());
        for (int i = 0; i < values.length; i++) {
          // scales of ALiBi on both sides of 0, where they are cut
          double spread = p.name().endsWith("alibi_scale") ? 2 : 0.2;
          values[i] += (float) (spread * random.nextGaussian());
        }
        if (p.trainable()) {
          backend.upload(p.value(), values);
        }
      }
      Checkpoint.write(step, model, new Checkpoint.State(1, 3));
    }
    return folder;
  }
}
