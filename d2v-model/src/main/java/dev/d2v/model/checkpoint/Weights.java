package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Weights of a model on disk, whatever wrote them:
///
/// ```java
/// try (Weights weights = Weights.open(Path.of("base_libri.pt"));
///     Data2Vec2 model = Data2Vec2.inference(weights.config().orElseThrow(), backend)) {
///   LoadReport report = weights.load(model, false);
/// }
/// ```
///
/// - [FairseqWeights]: a `.pt` file of the official code, pre-trained or fine-tuned;
/// - [RunWeights]: the folder of a run of d2v, or of one of its checkpoints;
/// - [PlainWeights]: safetensors, single or sharded, or a PyTorch file of tensors alone.
///
/// Opening reads headers, no numbers.
public sealed interface Weights extends AutoCloseable
    permits FairseqWeights, RunWeights, PlainWeights {
  /// Before a teacher's name in files of d2v.
  String TEACHER = "_ema.";

  /// Recognises and opens what lies at a path.
  static Weights open(Path path) throws IOException {
    return WeightsOpener.open(path);
  }

  /// What was opened.
  Path path();

  /// In a few words.
  String description();

  /// All tensors under their own names.
  TensorFile tensors();

  /// Names of the student's parameters as [Data2Vec2] has them, to the names in [#tensors].
  Map<String, String> student();

  /// Names of the teacher's parameters as [Data2Vec2] has them, to the names in [#tensors]; empty
  /// when there is none.
  Map<String, String> teacher();

  /// The architecture, where the file says it in a form that this module reads.
  Optional<Data2Vec2Config> config();

  /// The configuration as text, and what form it has; for people, and to be written on.
  Optional<ConfigText> configText();

  /// What was left aside: unknown fields of the configuration, damaged checkpoints, tensors that no
  /// model here has.
  List<String> remarks();

  /// How samples are prepared, where that stands beside a configuration in JSON or in the file: a
  /// `preprocessor_config.json`.
  default Optional<String> preprocessor() {
    return Optional.empty();
  }

  /// A configuration as it stands in a file.
  ///
  /// @param form `official` (JSON of the official fields), `yaml` (a run's `config.yaml`), or
  ///   `json`
  record ConfigText(String form, String text) {}

  /// Loads a model. One for inference takes the student, or the teacher where it has values; one
  /// that trains takes both, and where the file has no teacher makes it equal to the student.
  ///
  /// @param preferTeacher for inference: the teacher's values
  default LoadReport load(Data2Vec2 model, boolean preferTeacher) {
    ParameterReader reader = new ParameterReader(model.backend(), model.memory().given());
    LoadReport report = compare(model, preferTeacher, reader);
    reader.finish();
    if (!model.memory().teacher().isEmpty() && teacher().isEmpty()) {
      model.memory().copyToTeacher();
    }
    return report;
  }

  /// The values of a model for inference that can be used where they lie in the mapped file: F32
  /// there and in the model. It is opened with them on a backend that computes on the host's
  /// memory, and must be closed before these weights.
  ///
  /// @param plan the model on shapes alone
  /// @param preferTeacher as for [#load]
  default Map<String, Tensor> inPlace(Data2Vec2 plan, boolean preferTeacher) {
    RestoredTensors student = Names.view(this, student());
    RestoredTensors teacher = Names.view(this, teacher());
    Map<String, Tensor> given = new HashMap<>();
    for (Parameter p : plan.memory().student()) {
      boolean shadow = preferTeacher && teacher.has(p.name());
      ParameterReader.inPlace(shadow ? teacher : student, p, p.name())
          .ifPresent(there -> given.put(p.name(), there));
    }
    return given;
  }

  /// What [#load] would do, by names and shapes; nothing is read.
  default LoadReport compare(Data2Vec2 model, boolean preferTeacher) {
    return compare(model, preferTeacher, new ParameterReader(model.backend()));
  }

  private LoadReport compare(Data2Vec2 model, boolean preferTeacher, ParameterReader reader) {
    LoadReport.Builder report = new LoadReport.Builder();
    boolean trains = model.memory().trains();
    boolean taught = !model.memory().teacher().isEmpty();
    RestoredTensors student = Names.view(this, student());
    RestoredTensors teacher = Names.view(this, teacher());
    report.expect(
        student.names().stream().filter(n -> trains || !Names.onlyForPretraining(n)).toList());
    for (Parameter p : model.memory().student()) {
      boolean shadow = preferTeacher && !trains && teacher.has(p.name());
      report.load(shadow ? teacher : student, p, reader);
    }
    if (!taught || teacher().isEmpty()) {
      return report.build();
    }
    LoadReport.Builder second = new LoadReport.Builder();
    second.expect(teacher.names());
    for (Parameter p : model.memory().teacher()) {
      second.load(teacher, p, reader);
    }
    return report.build().and(second.build(), TEACHER);
  }

  /// The names of all tensors that neither student nor teacher has; scales belong to what they
  /// scale.
  default List<String> others() {
    List<String> others = new ArrayList<>(tensors().names());
    others.removeAll(new HashSet<>(student().values()));
    others.removeAll(new HashSet<>(teacher().values()));
    others.removeIf(name -> RestoredTensors.scale(tensors(), name));
    return others;
  }

  /// Ends the mapping.
  @Override
  default void close() {
    tensors().close();
  }
}
