package dev.d2v.cli.goldens;

import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs every case of a folder in the reference data's format. Anything unreadable, unknown or
/// missing is a failure; what belongs to a modality or a job that this version lacks is said to be
/// not supported yet, and counts as one.
public final class GoldenRunner {
  private final Backend backend;
  private final List<String> only;

  /// A runner on a backend.
  ///
  /// @param only prefixes of case or part names; empty: all
  public GoldenRunner(Backend backend, List<String> only) {
    this.backend = backend;
    this.only = List.copyOf(only);
  }

  /// Names of the cases in a folder that are wanted, sorted.
  public List<Path> cases(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(p -> p.getFileName().toString().endsWith(".json"))
          .filter(p -> wanted(p.getFileName().toString().replaceFirst("\\.json$", "")))
          .sorted()
          .toList();
    }
  }

  private boolean wanted(String name) {
    return only.isEmpty()
        || only.stream().anyMatch(o -> name.startsWith(o) || o.startsWith(name + "/"));
  }

  /// The verdicts on one case.
  public List<Part> run(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
    List<Part> parts;
    try (GoldenCase c = GoldenCase.open(file)) {
      parts = parts(c, file.resolveSibling(""));
    } catch (IOException | RuntimeException e) {
      parts = List.of(Part.failed(name, String.valueOf(e.getMessage())));
    }
    return parts.stream()
        .filter(p -> only.isEmpty() || only.stream().anyMatch(p.name()::startsWith))
        .toList();
  }

  private List<Part> parts(GoldenCase c, Path folder) throws IOException {
    Comparison comparison = new Comparison(c.name());
    String kind = c.text("kind");
    switch (kind) {
      case "pretrain_step" -> PretrainCase.run(c, comparison, backend);
      case "trajectory" -> TrajectoryCase.run(c, comparison, backend);
      case "extract_features" -> FeaturesCase.run(c, comparison, backend);
      case "pt_checkpoint" -> CheckpointCase.run(c, comparison, backend);
      case "pt_odd" -> TorchCase.run(c, comparison);
      case "mask_statistics" -> MaskStatsCase.run(c, comparison);
      case "hf_data2vec1" -> HuggingFaceCase.run(c, folder, comparison, backend);
      case "unit" -> {
        return unit(c);
      }
      default -> {
        return List.of(Part.notSupported(c.name(), "cases of kind '" + kind + "'"));
      }
    }
    return List.of(comparison.verdict());
  }

  private List<Part> unit(GoldenCase c) {
    if (c.json().containsKey("modalities")) {
      return InitStatsCase.run(c, backend);
    }
    if (!(c.json().get("entries") instanceof List<?>)) {
      return List.of(Part.notSupported(c.name(), "fine-tuning"));
    }
    Comparison comparison = new Comparison(c.name());
    List<Part> unsupported = new ArrayList<>();
    List<Map<String, Object>> entries = c.objects("entries");
    try (Lab lab = new Lab(backend)) {
      for (int i = 0; i < entries.size(); i++) {
        Map<String, Object> e = entries.get(i);
        lab.reset();
        if (!entry(i, e, c, comparison, lab)) {
          String key = String.valueOf(e.get("key"));
          unsupported.add(Part.notSupported(c.name() + "/" + key, "entries like '" + key + "'"));
          c.ignore(key + ".");
        }
      }
    }
    if (unsupported.size() == entries.size()) {
      return List.of(
          Part.notSupported(c.name(), "entries like '" + entries.getFirst().get("key") + "'"));
    }
    c.requireAllSeen(comparison);
    List<Part> parts = new ArrayList<>();
    parts.add(comparison.verdict());
    parts.addAll(unsupported);
    return parts;
  }

  /// False when the entry is of a kind that this version does not have.
  private static boolean entry(
      int index, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    if (e.containsKey("schedule")) {
      UnitNumbers.schedule(index, e, comparison);
      return true;
    }
    String key = String.valueOf(e.get("key"));
    String family = key.contains(".") ? key.substring(0, key.indexOf('.')) : key;
    switch (family) {
      case "block" -> UnitEntries.block(key, e, c, comparison, lab);
      case "decoder1d", "decoder2d" -> UnitEntries.decoder(key, e, c, comparison, lab);
      case "maskinfo" -> UnitEntries.maskInfo(key, e, c, comparison, lab);
      case "sincos2d", "sinusoidal1d", "positions", "interp" ->
          UnitNumbers.positions(key, e, c, comparison);
      case "alibi1d", "alibi2d", "masked" -> UnitNumbers.alibi(key, e, c, comparison, lab);
      case "target" -> UnitNumbers.target(key, e, c, comparison, lab);
      case "loss" -> UnitNumbers.loss(key, e, c, comparison, lab);
      case "var" -> UnitNumbers.spread(key, e, c, comparison, lab);
      case "wave" -> UnitNumbers.wave(key, c, comparison, lab);
      case "patch" -> UnitNumbers.patch(key, e, c, comparison, lab);
      case "adam" -> UnitNumbers.adam(key, e, c, comparison, lab);
      case "clip" -> UnitNumbers.clip(key, e, c, comparison, lab);
      case "ema" -> UnitNumbers.ema(key, e, c, comparison, lab);
      case "convpos" -> UnitSpeech.positions(key, e, c, comparison, lab);
      case "convpos_weightnorm" -> UnitSpeech.weightNorm(key, e, c, comparison, lab);
      case "featext" -> UnitSpeech.extractor(key, e, c, comparison, lab);
      case "lengths" -> UnitSpeech.lengths(e, comparison);
      case "wav2vec2_fe" -> UnitPreprocess.waves(key, c, comparison);
      case "resize" -> UnitPreprocess.resize(key, e, c, comparison);
      case "beit", "imagenet_norm" -> UnitPreprocess.pixels(key, c, comparison);
      case "audio" -> UnitSpeech.padding(key, e, c, comparison);
      default -> {
        return false;
      }
    }
    return true;
  }
}
