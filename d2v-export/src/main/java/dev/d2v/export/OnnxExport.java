package dev.d2v.export;

import dev.d2v.embed.LoadedModel;
import dev.d2v.embed.Modality;
import dev.d2v.embed.ModelFiles;
import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.Graph;
import dev.d2v.export.onnx.OnnxFile;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.DataConfig;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.VisionConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Writes a trained encoder as an ONNX model, for runtimes that are not d2v.
///
/// ```java
/// OnnxExport.write(Path.of("base_libri.pt"), Path.of("speech.onnx"), ExportOptions.defaults());
/// ```
///
/// What can be opened: what an [dev.d2v.embed.Embedder] opens, of either generation; of text no
/// vocabulary is needed. Inputs, batch and lengths free:
///
/// - images: `pixel_values` FLOAT (batch,channels,height,width), of the model's size;
/// - speech: `input_values` FLOAT (batch,samples) and `attention_mask` INT64 (batch,samples), 1 = a
///   sample of the clip, 0 = filled up behind;
/// - text: `input_ids` INT64 (batch,tokens) and `attention_mask` INT64 (batch,tokens).
///
/// Outputs: `last_hidden_state` FLOAT (batch,N,C), extra tokens first; `embedding` FLOAT (batch,C),
/// what the embedder gives; of speech `token_mask` INT64 (batch,N), 1 = no padding. How samples are
/// prepared is in the metadata under `d2v.preprocessing`, as JSON. Numbers are those of d2v within
/// the rounding of F32.
public final class OnnxExport {
  private OnnxExport() {}

  /// A graph's encoder, and what goes into it.
  private record Subject(Modality modality, Map<String, Object> steps, Encoded encoded) {}

  /// Writes a model. Where the file would be too large, constants go to [#external].
  ///
  /// @param model what to open
  /// @param target the file; one that is there is replaced when the new one is whole
  /// @throws IOException when a file cannot be read or written
  /// @throws dev.d2v.tensor.io.FormatException when a file is not what it should be
  /// @throws IllegalArgumentException when the model has no such graph, modality, layer or teacher
  public static ExportReport write(Path model, Path target, ExportOptions options)
      throws IOException {
    try (ModelFiles files = ModelFiles.open(model);
        LoadedModel weights = files.load(options.teacher(), Storage.F32)) {
      Graph graph = new Graph("data2vec");
      Layers layers =
          new Layers(
              new Ops(graph),
              weights.parameters().stream()
                  .collect(Collectors.toMap(Parameter::name, Function.identity())),
              weights.backend(),
              options.int8());
      Subject subject =
          switch (files) {
            case ModelFiles.First first -> first(layers, first, options);
            case ModelFiles.Second second -> second(layers, second, options);
          };
      outputs(layers.ops(), subject, options);
      boolean separate = options.externalData() || OnnxFile.tooLarge(graph);
      OnnxFile.Written written =
          OnnxFile.write(target, graph, metadata(weights, subject, options), separate);
      List<String> remarks = new ArrayList<>(weights.remarks());
      files
          .head()
          .ifPresent(head ->
              remarks.add(
                  "the encoder alone is exported: its head, %s, is left aside".formatted(head)));
      remarks.addAll(Steps.missing(subject.steps));
      return new ExportReport(
          weights.description(),
          graph.inputs(),
          graph.outputs(),
          OnnxFile.OPSET,
          graph.size(),
          written.bytes(),
          written.externalBytes(),
          remarks);
    }
  }

  /// The file of a model's constants, where it has one: the model's name and `.data`.
  public static Path external(Path target) {
    return OnnxFile.external(target);
  }

  private static Subject first(Layers layers, ModelFiles.First files, ExportOptions options)
      throws IOException {
    Data2Vec1Config config = files.config().config();
    Modality only =
        switch (config) {
          case VisionConfig _ -> Modality.IMAGE;
          case AudioConfig _ -> Modality.SPEECH;
          case dev.d2v.model.v1.TextConfig _ -> Modality.TEXT;
        };
    Modality modality = chosen(List.of(only), options);
    Map<String, Object> steps = Steps.of(config, files);
    return new Subject(modality, steps, new FirstEncoder(layers, config).encode());
  }

  private static Subject second(Layers layers, ModelFiles.Second second, ExportOptions options) {
    List<ModalityConfig> parts = second.config().modalities();
    Modality modality = chosen(parts.stream().map(OnnxExport::modality).toList(), options);
    ModalityConfig part =
        parts.stream().filter(p -> modality(p) == modality).findFirst().orElseThrow();
    SecondEncoder encoder = new SecondEncoder(layers, second.config(), part);
    Map<String, Object> steps =
        switch (part) {
          case ImageConfig image -> {
            Optional<ImageData> data = second.recipe().map(r -> r.data()).map(DataConfig::image);
            yield Steps.of(image, data.orElseGet(ImageData::imageNet));
          }
          case SpeechConfig speech -> Steps.of(speech.spec());
          case TextConfig text -> Steps.text(text.vocabulary(), text.maxTokens(), TextConfig.PAD);
        };
    return new Subject(modality, steps, encoder.encode());
  }

  private static Modality modality(ModalityConfig part) {
    return switch (part) {
      case ImageConfig _ -> Modality.IMAGE;
      case SpeechConfig _ -> Modality.SPEECH;
      case TextConfig _ -> Modality.TEXT;
    };
  }

  private static Modality chosen(List<Modality> there, ExportOptions options) {
    String reads = String.join(" and ", there.stream().map(Modality::noun).toList());
    Modality wanted =
        options
            .modality()
            .or(() -> there.size() == 1 ? Optional.of(there.getFirst()) : Optional.empty())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "the model reads %s, a graph one of them: choose the modality, %s"
                        .formatted(reads, there)));
    if (!there.contains(wanted)) {
      throw new IllegalArgumentException(
          "the model reads %s, not %s: choose the modality among %s"
              .formatted(reads, wanted.noun(), there));
    }
    return wanted;
  }

  private static void outputs(Ops ops, Subject subject, ExportOptions options) {
    Encoded encoded = subject.encoded;
    Axis[] tokens = {Axis.of("batch"), encoded.count()};
    Value vector = VectorLayers.of(ops, encoded, options);
    ops.graph()
        .output(
            "last_hidden_state", encoded.output(), tokens[0], tokens[1], Axis.of(encoded.width()));
    ops.graph().output("embedding", vector, tokens[0], Axis.of(encoded.width()));
    if (subject.modality == Modality.SPEECH && encoded.padding() != null) {
      Value there = ops.where(encoded.padding(), ops.graph().whole(0), ops.graph().whole(1));
      ops.graph().output("token_mask", there, tokens);
    }
  }

  private static Map<String, String> metadata(
      LoadedModel weights, Subject subject, ExportOptions options) {
    Map<String, Object> vector = new LinkedHashMap<>();
    vector.put("pooling", options.pooling().name().toLowerCase(Locale.ROOT));
    vector.put("layers", options.layers());
    vector.put("normalized", options.normalized());
    return Map.of(
        "d2v.model",
        weights.description(),
        "d2v.modality",
        subject.modality.name().toLowerCase(Locale.ROOT),
        "d2v.extra_tokens",
        "" + subject.encoded.extra(),
        "d2v.embedding",
        Json.text(vector),
        "d2v.weights",
        options.int8() ? "int8 in linear layers and tables of tokens, F32 elsewhere" : "F32",
        "d2v.preprocessing",
        Json.text(subject.steps));
  }
}
