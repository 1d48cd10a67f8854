package dev.d2v.cli.run;

import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What `d2v pretrain` was asked for, complete and checked.
///
/// @param recipe what to train; when a run is resumed, its own `config.yaml`
/// @param data where samples lie, by modality; those not named: the sample that the project ships,
///   or what the resumed run used
/// @param tokenizer the vocabulary of text; empty: the sample's, or the resumed run's
/// @param transfer the weights to start with; empty: fresh ones
/// @param threads that compute
/// @param workers threads that decode and augment ahead; 0: as the job sees fit
/// @param out the folder that holds runs
/// @param name the run's name within it; empty: made from the recipe and the time
/// @param resume the folder of the run to go on with
/// @param quiet only the result and complaints are printed
public record PretrainOptions(
    Recipe recipe,
    Map<Modality, Path> data,
    Optional<Path> tokenizer,
    Optional<Transfer> transfer,
    int threads,
    int workers,
    Path out,
    Optional<String> name,
    Optional<Path> resume,
    boolean quiet) {
  /// Weights of another run.
  ///
  /// @param from a run's folder, or that of a checkpoint
  /// @param blocksOnly only the shared blocks
  public record Transfer(Path from, boolean blocksOnly) {}
}
