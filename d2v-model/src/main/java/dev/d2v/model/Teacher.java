package dev.d2v.model;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.LinkedHashMap;
import java.util.Map;

/// The EMA copy of the student that sees whole samples and yields the targets. It has the same
/// layers over its own values, no decoder, and no gradients.
///
/// | `emaLocalEncoder` | `sharedBlocksOnly` | it owns | it reads |
/// |---|---|---|---|
/// | true | false | everything but decoders (images) | the raw input |
/// | false | false | the same without the local encoder (speech) | the student's features, detached |
/// | any | true | the shared blocks (text) | the student's context of the unmasked sample |
public final class Teacher implements AutoCloseable {
  private final Data2Vec2Config config;
  private final Map<String, ModalityEncoder> encoders = new LinkedHashMap<>();
  private final BlockStack blocks;

  /// Declares the teacher's parameters, named as the student's.
  public Teacher(ParameterScope root, Data2Vec2Config config) {
    this.config = config;
    boolean whole = !config.ema().sharedBlocksOnly();
    for (ModalityConfig m : config.modalities()) {
      if (whole) {
        encoders.put(m.key(), ModalityEncoder.declare(root, config, m, m.emaLocalEncoder()));
      }
    }
    this.blocks = Data2Vec2.sharedBlocks(root, config);
    if (whole && config.norm() != NormPlacement.POST) {
      Data2Vec2.finalNorm(root, config);
    }
  }

  /// Puts constant tables on the backend.
  public void bind(Backend backend) {
    encoders.values().forEach(e -> e.bind(backend));
  }

  /// The targets Y (B,T,C) of B samples.
  ///
  /// @param source raw input
  /// @param features the student's local features F (B,T,C)
  /// @param student reads F into a context when the teacher has no encoder of its own
  /// @param index of the step
  /// @param monitor sees the last block's output
  public Tensor targets(
      Source source,
      Tensor features,
      ModalityEncoder student,
      StepIndices index,
      Pass pass,
      CollapseMonitor monitor,
      Observer observer) {
    int B = features.shape().dim(0);
    int T = features.shape().dim(1);
    int C = config.embedDim();
    Targets targets =
        new Targets(config.targets(), config.depth(), B, T, C, index.strip(), pass, observer);
    ModalityEncoder own = encoders.get(source.modality().key());
    ModalityEncoder reader = own == null ? student : own;
    Tensor F = own != null && own.local() != null ? own.local().forward(source, pass) : features;
    ContextEncoder.Context context =
        reader.context().forward(reader.addPositions(F, pass), index.full(), pass, Observer.none());
    observer.see("teacher_in", context.x());
    if (context.padding() != null) {
      observer.see("teacher_padding_mask", context.padding());
    }
    int prenet = source.modality().prenet().depth();
    blocks.forward(
        context.x(),
        prenet,
        i -> context.bias(i, prenet),
        (i, tensor, output) -> {
          targets.add(i, tensor, output);
          if (output) {
            observer.see("teacher_block." + i, tensor);
            if (i == config.depth() - 1) {
              monitor.samples(tensor, B, T);
            }
          }
        },
        pass);
    return targets.finish();
  }

  @Override
  public void close() {
    encoders.values().forEach(ModalityEncoder::close);
  }
}
