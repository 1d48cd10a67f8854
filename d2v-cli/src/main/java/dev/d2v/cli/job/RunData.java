package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.model.Batch;
import dev.d2v.model.train.BatchSource;
import dev.d2v.model.train.ModalityTurns;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The samples of a run, by modality, in the model's order.
///
/// @param senses one a modality
record RunData(List<RunSamples> senses) implements AutoCloseable {
  /// Opens the data of a recipe.
  ///
  /// @param sources where samples lie; a modality that is not there has the shipped sample
  /// @param tokenizer the vocabulary, where there is text
  /// @param folder the run's, for what is made of the data
  static RunData open(
      Recipe recipe, Map<Modality, Path> sources, Optional<TextTokenizer> tokenizer, Path folder) {
    List<RunSamples> senses = new ArrayList<>();
    for (Modality modality : Modality.of(recipe)) {
      Optional<Path> source = Optional.ofNullable(sources.get(modality));
      senses.add(
          switch (modality) {
            case IMAGE -> ImageSamples.open(recipe, source, home());
            case SPEECH -> SpeechSamples.open(recipe, source, home());
            case TEXT -> TextSamples.open(recipe, source, tokenizer.orElseThrow(), folder);
          });
    }
    return new RunData(List.copyOf(senses));
  }

  /// The project's folder, which the launcher names.
  static Path home() {
    return Path.of(System.getProperty("d2v.home", "."));
  }

  /// What stands before a modality's names of scores and metrics: nothing where it is the only one.
  String prefix(RunSamples sense) {
    return senses.size() == 1 ? "" : sense.modality().word() + "/";
  }

  /// The sense of a modality.
  RunSamples of(String key) {
    return senses.stream()
        .filter(s -> s.modality().key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no data for " + key));
  }

  /// Every shape that a micro-batch can have.
  List<Batch.Shape> trainedShapes() {
    return all(RunSamples::trainedShapes);
  }

  /// The largest batches whose features are read.
  List<Batch.Shape> readShapes() {
    return all(RunSamples::readShapes);
  }

  private List<Batch.Shape> all(Function<RunSamples, List<Batch.Shape>> shapes) {
    return senses.stream().flatMap(s -> shapes.apply(s).stream()).toList();
  }

  /// Batches of all modalities, by turns.
  ///
  /// @param accumulate micro-batches of an update
  Loaders loaders(int workers, int accumulate) {
    Map<String, RunSamples.Loader> loaders = new LinkedHashMap<>();
    for (RunSamples sense : senses) {
      loaders.put(sense.modality().key(), sense.loader(workers));
    }
    return new Loaders(loaders, accumulate);
  }

  /// What was skipped, a sentence or more a modality; empty: nothing.
  List<String> skipped() {
    return senses.stream().map(RunSamples::skipped).filter(s -> !s.isEmpty()).toList();
  }

  @Override
  public void close() {
    senses.forEach(RunSamples::close);
  }

  /// The loaders of all modalities.
  ///
  /// @param byKey one a modality
  /// @param accumulate micro-batches of an update
  record Loaders(Map<String, RunSamples.Loader> byKey, int accumulate)
      implements BatchSource, AutoCloseable {
    @Override
    public Batch batch(ModalityTurns.Turn turn, int microBatch) {
      RunSamples.Loader loader = byKey.get(turn.key());
      if (loader == null) {
        throw new IllegalStateException("there is no data for " + turn.key());
      }
      return loader.batch(turn.ordinal() * accumulate + microBatch);
    }

    @Override
    public void close() {
      byKey.values().forEach(RunSamples.Loader::close);
    }
  }
}
