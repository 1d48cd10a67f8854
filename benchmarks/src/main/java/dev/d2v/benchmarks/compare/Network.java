package dev.d2v.benchmarks.compare;

import dev.d2v.config.ConfigMapper;
import dev.d2v.export.ExportOptions;
import dev.d2v.export.OnnxExport;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Source;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.SpeechData;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.kernel.MeteredKernels;
import dev.d2v.tensor.plan.PlanBackend;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The encoder of a published recipe and a made-up batch for it. Weights are random but lie in a
/// file, so that every engine has the same.
///
/// @param recipe its architecture
/// @param batch what goes through it
public record Network(Recipe recipe, Batch batch) {
  private static final long UNLIMITED = 1L << 46;
  private static final int SEED = 5;

  /// The network of a case.
  public static Network of(Case which) {
    return of(which.operation(), which.dims());
  }

  static Network of(Operation operation, int[] d) {
    return switch (operation) {
      case IMAGE_BASE -> {
        Recipe recipe = ConfigMapper.recipe("image-base");
        ImageConfig image = Objects.requireNonNull(recipe.model().image());
        int pixels = image.channels() * image.imageSize() * image.imageSize();
        yield new Network(recipe, new Batch.Images(Inputs.floats("pixels", d[0] * pixels), d[0]));
      }
      case SPEECH_BASE -> {
        int samples = d[1] * SpeechData.SAMPLE_RATE_HZ;
        yield new Network(
            ConfigMapper.recipe("speech-base"),
            new Batch.Waves(Inputs.floats("waves", d[0] * samples), d[0], null));
      }
      case TEXT_BASE -> {
        Recipe recipe = ConfigMapper.recipe("text-base");
        TextConfig text = Objects.requireNonNull(recipe.model().text());
        int special = 4;
        int[] ids = Inputs.indices("ids", d[0] * d[1], text.vocabulary() - special);
        for (int i = 0; i < ids.length; i++) {
          ids[i] += special;
        }
        yield new Network(recipe, new Batch.Texts(ids, d[0]));
      }
      default -> throw new IllegalArgumentException(operation.label() + " is no network");
    };
  }

  /// Operations of products, attention and convolutions.
  long flops() {
    long[] sum = {0};
    PlanBackend plan = new PlanBackend();
    var kernels =
        MeteredKernels.of(plan.kernels(), (kernel, flops, bytes, body) -> sum[0] += flops);
    try (Data2Vec2 model = Data2Vec2.inference(recipe.model(), plan);
        Workspace room = Workspace.of(plan, UNLIMITED)) {
      Tensor _ = features(model, plan, Pass.inference(kernels, room));
    }
    return sum[0];
  }

  /// Numbers of its weights.
  long parameters() {
    PlanBackend plan = new PlanBackend();
    try (Data2Vec2 model = Data2Vec2.inference(recipe.model(), plan)) {
      return model.memory().memory().bytes() / Float.BYTES;
    }
  }

  /// Bytes of temporaries.
  long workspaceBytes() {
    PlanBackend plan = new PlanBackend();
    try (Data2Vec2 model = Data2Vec2.inference(recipe.model(), plan);
        Workspace room = Workspace.of(plan, UNLIMITED)) {
      Tensor _ = features(model, plan, Pass.inference(plan.kernels(), room));
      return room.peakBytes();
    }
  }

  /// The last layer's output, extra tokens first (B,E+T,C).
  Tensor features(Data2Vec2 model, Backend backend, Pass pass) {
    Source source = Source.of(batch, recipe.model().modality(batch.key()), backend, pass);
    return model.features(source, null, (layer, tensor, whole) -> {}, pass);
  }

  /// The file of its weights, written when it is not there.
  public Path weights(Path folder) throws IOException {
    Path file = folder.resolve(recipe.name() + ".safetensors");
    if (Files.exists(file)) {
      return file;
    }
    Files.createDirectories(folder);
    try (Backend backend = Backend.cpu(1);
        Data2Vec2 model = Data2Vec2.inference(recipe.model(), backend)) {
      model.memory().initialize(SEED);
      List<Safetensors.Item> items = new ArrayList<>();
      for (Parameter p : model.memory().student()) {
        items.add(Safetensors.Item.of(p.name(), p.value(), backend));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put("format", "d2v-weights-1");
      metadata.put("d2v.config.yaml", ConfigMapper.yaml(recipe));
      Safetensors.write(file, metadata, items);
    }
    return file;
  }

  /// The file for ONNX Runtime, written by the exporter when it is not there.
  public Path onnx(Path folder) throws IOException {
    Path file = folder.resolve(recipe.name() + ".onnx");
    if (!Files.exists(file)) {
      OnnxExport.write(weights(folder), file, ExportOptions.defaults());
    }
    return file;
  }
}
