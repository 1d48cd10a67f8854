package dev.d2v.cli.weights;

import dev.d2v.data.DataException;
import dev.d2v.data.DataSplits;
import dev.d2v.data.Datasets;
import dev.d2v.data.ImageDataset;
import dev.d2v.data.Pixels;
import dev.d2v.data.Samples;
import dev.d2v.data.speech.SpeechDataset;
import dev.d2v.data.speech.SpeechDatasets;
import dev.d2v.data.speech.SpeechOptions;
import dev.d2v.data.speech.SpeechSamples;
import dev.d2v.data.speech.SpeechSplits;
import dev.d2v.embed.Modality;
import dev.d2v.embed.Sample;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/// Samples with which two models are compared: some to fit a probe with, some held out.
///
/// @param name what they are, for people
/// @param train to fit with
/// @param heldOut to measure with
record MeasuringSamples(String name, Part train, Part heldOut) {
  private static final long SEED = 1;

  /// A part.
  ///
  /// @param samples the samples
  /// @param labels class of each, or -1
  record Part(List<Sample> samples, int[] labels) {}

  /// Samples of a modality from a path, or those that the project ships; at most so many of each
  /// part, spread over it.
  ///
  /// @throws DataException when there is nothing usable
  static MeasuringSamples open(Modality modality, Optional<Path> source, Path home, int most) {
    return switch (modality) {
      case IMAGE -> {
        DataSplits splits =
            source.map(p -> Datasets.open(p, SEED)).orElseGet(() -> Samples.fashionMnist(home));
        yield new MeasuringSamples(
            splits.heldOut().name(), images(splits.train(), most), images(splits.heldOut(), most));
      }
      case SPEECH -> {
        SpeechSplits splits =
            source
                .map(p -> SpeechDatasets.open(p, SEED, SpeechOptions.usual()))
                .orElseGet(() -> SpeechSamples.spokenDigits(home));
        boolean shared = splits.sharedClasses();
        yield new MeasuringSamples(
            splits.heldOut().name(),
            clips(splits.train(), shared, most),
            clips(splits.heldOut(), shared, most));
      }
      case TEXT -> {
        Path folder = source.orElse(home.resolve("samples").resolve("austen"));
        Map<String, Integer> classes = new HashMap<>();
        yield new MeasuringSamples(
            folder.toString(),
            texts(file(folder, "train"), classes, most),
            texts(file(folder, "val", "dev", "test"), classes, most));
      }
    };
  }

  /// Whether a probe can be fitted and tested.
  boolean labelled() {
    return Arrays.stream(train.labels).distinct().count() > 1
        && Arrays.stream(train.labels).allMatch(l -> l >= 0)
        && heldOut.labels.length > 0
        && Arrays.stream(heldOut.labels).allMatch(l -> l >= 0);
  }

  private static Part images(ImageDataset part, int most) {
    List<Sample> samples = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i : spread(part.size(), most)) {
      Optional<Pixels> image = part.image(i);
      if (image.isPresent()) {
        samples.add(new Sample.Image(image.get()));
        labels.add(part.label(i));
      }
    }
    return part(samples, labels);
  }

  private static Part clips(SpeechDataset part, boolean labelled, int most) {
    List<Sample> samples = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i : spread(part.size(), most)) {
      Optional<float[]> clip = part.sample(i);
      if (clip.isPresent()) {
        samples.add(new Sample.Clip(clip.get(), SpeechDataset.RATE_HZ));
        labels.add(labelled ? part.label(i) : -1);
      }
    }
    return part(samples, labels);
  }

  /// The file of JSON lines in a folder whose name begins so.
  private static Path file(Path folder, String... beginnings) {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        Optional<Path> found =
            files
                .sorted()
                .filter(f -> f.toString().endsWith(".jsonl"))
                .filter(
                    f -> Arrays.stream(beginnings).anyMatch(f.getFileName().toString()::startsWith))
                .findFirst();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (IOException e) {
        throw new DataException("%s cannot be listed: %s".formatted(folder, e), e);
      }
    }
    throw new DataException(
        "%s: expected a folder with train*.jsonl and test*.jsonl, a \"text\" and perhaps a \"label\" a line; there is no %s*.jsonl"
            .formatted(folder, beginnings[0]));
  }

  private static Part texts(Path file, Map<String, Integer> classes, int most) {
    List<Sample> samples = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<String, Object> object = JSON.std.mapFrom(line);
        if (!(object.get("text") instanceof String text)) {
          throw new DataException("%s: expected a \"text\" in each line".formatted(file));
        }
        samples.add(new Sample.Text(text));
        Object label = object.get("label");
        labels.add(
            label == null ? -1 : classes.computeIfAbsent(label.toString(), _ -> classes.size()));
      }
    } catch (IOException | JacksonException e) {
      throw new DataException("%s cannot be read as JSON lines: %s".formatted(file, e), e);
    }
    List<Sample> chosen = new ArrayList<>();
    List<Integer> theirs = new ArrayList<>();
    for (int i : spread(samples.size(), most)) {
      chosen.add(samples.get(i));
      theirs.add(labels.get(i));
    }
    return part(chosen, theirs);
  }

  private static Part part(List<Sample> samples, List<Integer> labels) {
    return new Part(List.copyOf(samples), labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int[] spread(int size, int most) {
    int[] chosen = new int[Math.min(size, most)];
    Arrays.setAll(chosen, i -> (int) ((long) i * size / chosen.length));
    return chosen;
  }
}
