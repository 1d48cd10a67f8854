package dev.d2v.cli.goldens;

import dev.d2v.model.BlockStack;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;

/// `features_*`: the whole sample through the student in evaluation mode.
final class FeaturesCase {
  private FeaturesCase() {}

  static void run(GoldenCase c, Comparison comparison, Backend backend) {
    Data2Vec2Config config = OfficialConfig.image(c.object("config"));
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
      Tensor x = model.features(lab.tensor(c, "input.source"), tap, lab.inference());
      float[] all = lab.floats(x);
      comparison.relative(
          "out.x_with_extra_tokens", c.floats("out.x_with_extra_tokens"), all, Tolerances.FORWARD);
      int E = config.modality().extraTokens();
      int T = config.modality().tokens();
      int C = config.embedDim();
      int B = x.shape().dim(0);
      float[] tokens = new float[B * T * C];
      for (int b = 0; b < B; b++) {
        System.arraycopy(all, (b * (E + T) + E) * C, tokens, b * T * C, T * C);
      }
      comparison.relative("out.x", c.floats("out.x"), tokens, Tolerances.FORWARD);
      c.requireAllSeen(comparison);
    }
  }
}
