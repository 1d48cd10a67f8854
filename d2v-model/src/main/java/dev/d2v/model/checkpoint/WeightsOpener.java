package dev.d2v.model.checkpoint;

import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.ShardedSafetensors;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.io.TorchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Finds out what lies at a path.
final class WeightsOpener {
  private static final String RUN_CONFIG = "config.yaml";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final long MAX_YAML = 1 << 20;
  private static final List<String> FILES =
      List.of("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin");

  private WeightsOpener() {}

  static Weights open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (Files.isDirectory(path)) {
      return folder(path);
    }
    TensorFile tensors = tensors(path);
    try {
      if (tensors instanceof TorchFile torch && FairseqWeights.knows(torch)) {
        return new FairseqWeights(torch);
      }
      return plain(path, path, tensors);
    } catch (IOException | RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  /// Opens a file of any format.
  static TensorFile tensors(Path path) throws IOException {
    if (path.toString().endsWith(ShardedSafetensors.SUFFIX)) {
      return ShardedSafetensors.open(path);
    }
    byte[] begin;
    try (InputStream in = Files.newInputStream(path)) {
      begin = in.readNBytes(9);
    }
    boolean header = begin.length == 9 && begin[8] == '{';
    return header || !torch(begin) ? Safetensors.open(path) : TorchFile.open(path);
  }

  private static boolean torch(byte[] begin) {
    return begin.length > 1
        && ((begin[0] == 'P' && begin[1] == 'K') || (begin[0] == (byte) 0x80 && begin[1] <= 5));
  }

  private static Weights folder(Path path) throws IOException {
    if (Files.isRegularFile(path.resolve(Checkpoint.STATE))) {
      Path run = path.toAbsolutePath().getParent();
      return run(path, path, run == null ? null : run.getParent(), List.of());
    }
    List<String> remarks = new ArrayList<>();
    for (Path step : new CheckpointFolder(path.resolve(CHECKPOINTS), 1).all()) {
      try {
        return run(path, step, path, remarks);
      } catch (FormatException | NoSuchFileException e) {
        remarks.add("checkpoint " + step + " is damaged: " + e.getMessage());
      }
    }
    for (String name : FILES) {
      Path file = path.resolve(name);
      if (Files.isRegularFile(file)) {
        TensorFile tensors = tensors(file);
        try {
          return plain(path, file, tensors);
        } catch (IOException | RuntimeException e) {
          tensors.close();
          throw e;
        }
      }
    }
    throw new FormatException(
        path,
        0,
        "a run (%s), a checkpoint (%s), or one of %s"
            .formatted(CHECKPOINTS, Checkpoint.STATE, FILES),
        remarks.isEmpty() ? "a folder without any of them" : String.join("; ", remarks));
  }

  private static Weights run(Path path, Path checkpoint, @Nullable Path run, List<String> remarks)
      throws IOException {
    if (!Files.isRegularFile(checkpoint.resolve(Checkpoint.STATE))) {
      throw new NoSuchFileException(checkpoint.resolve(Checkpoint.STATE).toString());
    }
    Optional<String> yaml = Optional.empty();
    if (run != null && Files.isRegularFile(run.resolve(RUN_CONFIG))) {
      Path file = run.resolve(RUN_CONFIG);
      if (Files.size(file) > MAX_YAML) {
        throw new FormatException(file, 0, "at most " + MAX_YAML + " bytes", "" + Files.size(file));
      }
      yaml = Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    }
    return new RunWeights(
        path, checkpoint, Safetensors.open(checkpoint.resolve(Checkpoint.MODEL)), yaml, remarks);
  }

  private static Weights plain(Path path, Path file, TensorFile tensors) throws IOException {
    String yaml = tensors.metadata().get(Conversion.YAML);
    if (yaml != null) {
      return new PlainWeights(path, tensors, null, new Weights.ConfigText("yaml", yaml), null);
    }
    String official = tensors.metadata().get(Conversion.OFFICIAL);
    String json = official == null ? tensors.metadata().get(Conversion.OTHER) : official;
    Map<String, Object> fields = null;
    if (json != null) {
      fields = Json.object(file, json.getBytes(StandardCharsets.UTF_8), 0);
    } else if (Files.isRegularFile(file.resolveSibling(CONFIG))) {
      fields = Json.read(file.resolveSibling(CONFIG));
    }
    if (fields == null) {
      return new PlainWeights(path, tensors, null, null, null);
    }
    Map<String, Object> plain = PlainValues.map(file, fields);
    String text = Json.text(plain);
    if (!plain.containsKey("supported_modality")) {
      return new PlainWeights(
          path,
          tensors,
          null,
          new Weights.ConfigText("json", text),
          preprocessor(file.resolveSibling(PREPROCESSOR), tensors));
    }
    FairseqConfig config = FairseqConfig.read(file, plain, OptionalInt.empty());
    return new PlainWeights(path, tensors, config, new Weights.ConfigText("official", text), null);
  }

  /// That in the file, or else the one beside it.
  private static @Nullable String preprocessor(Path beside, TensorFile tensors) throws IOException {
    String own = tensors.metadata().get(Conversion.PREPROCESSOR);
    return own != null || !Files.isRegularFile(beside) ? own : Json.text(Json.read(beside));
  }
}
