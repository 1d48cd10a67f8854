package dev.d2v.cli.goldens;

import dev.d2v.model.BlockStack;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.Source;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// `features_*`: the whole sample through the student in evaluation mode.
final class FeaturesCase {
  private FeaturesCase() {}

  static void run(GoldenCase c, Comparison comparison, Backend backend) {
    Data2Vec2Config config = OfficialConfig.model(c.object("config"));
    try (Lab lab = new Lab(backend);
        Data2Vec2 model = Data2Vec2.inference(config, backend)) {
      ModelLoader.student(c, "model.", model, comparison);
      boolean endOfBlock = config.targets().endOfBlock();
      BlockStack.Tap tap =
          (i, tensor, output) -> {
            String name = "out.layer_result." + i;
            if (output == endOfBlock) {
              comparison.relative(name, c.floats(name), lab.floats(tensor), Tolerances.FORWARD);
            }
          };
      Pass pass = lab.inference();
      Source source = lab.source(c, config.modality(), pass);
      Tensor x = model.features(source, blanks(c, source, config, lab), tap, pass);
      float[] all = lab.floats(x);
      if (c.has("out.x_with_extra_tokens")) {
        comparison.relative(
            "out.x_with_extra_tokens",
            c.floats("out.x_with_extra_tokens"),
            all,
            Tolerances.FORWARD);
      }
      int E = config.modality().extraTokens();
      int T = source.tokens();
      int C = config.embedDim();
      int B = x.shape().dim(0);
      float[] tokens = new float[B * T * C];
      for (int b = 0; b < B; b++) {
        System.arraycopy(all, (b * (E + T) + E) * C, tokens, b * T * C, T * C);
      }
      comparison.relative("out.x", c.floats("out.x"), tokens, Tolerances.FORWARD);
      if (c.has("out.padding_mask")) {
        int[] none = new int[B * T];
        int[] padding = source.padding() == null ? none : source.padding();
        comparison.equal("out.padding_mask", c.ints("out.padding_mask"), padding);
      }
      c.requireAllSeen(comparison);
    }
  }

  /// Masked tokens that stay in their place: zeros, or the case's rows of noise.
  private static Data2Vec2.@Nullable Blanks blanks(
      GoldenCase c, Source source, Data2Vec2Config config, Lab lab) {
    if (!c.has("input.precomputed_mask")) {
      return null;
    }
    int[] mask = c.ints("input.precomputed_mask");
    int[] from = new int[source.samples() * source.tokens()];
    int masked = 0;
    for (int i = 0; i < from.length; i++) {
      from[i] = mask[i] != 0 ? -1 - masked++ : i;
    }
    boolean zeros = config.modality().zeroMasked();
    return new Data2Vec2.Blanks(
        lab.ints(from, from.length), zeros ? null : lab.tensor(c, "noise.masked_positions"));
  }
}
