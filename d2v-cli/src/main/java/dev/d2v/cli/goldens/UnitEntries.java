package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.Decoder;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.EmaConfig;
import dev.d2v.model.GroupedDecoder;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.MaskFill;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.PrenetConfig;
import dev.d2v.model.StepIndices;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.TransformerBlock;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.HostArrays;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.tensor.Tensor;
import java.util.Map;

/// Entries of unit cases that run layers forward and backward: `block.*`, `decoder1d.*`,
/// `decoder2d.*`.
final class UnitEntries {
  private UnitEntries() {}

  static void decoder(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    DecoderConfig config = OfficialConfig.decoder(GoldenCase.asObject(entry.get("config"), key));
    boolean sequence = key.startsWith("decoder1d.");
    int C = GoldenCase.integer(entry, "input_dim");
    int height = sequence ? 0 : GoldenCase.integer(entry, "h");
    int width = GoldenCase.integer(entry, sequence ? "T" : "w");
    ParameterScope scope = ParameterScope.root();
    Decoder decoder =
        new GroupedDecoder(scope, config, C, height, width, GroupedDecoder.Init.TORCH);
    lab.bind(scope, c, key + ".param.");
    Pass pass = lab.training();
    Tensor y = decoder.forward(lab.tensor(c, key + ".in.x"), pass);
    comparison.relative(
        key + ".out.y", c.floats(key + ".out.y"), lab.floats(y), Tolerances.FORWARD);
    Tensor dx = decoder.backward(lab.tensor(c, key + ".cot.y"), pass);
    comparison.relative(
        key + ".grad_in.x", c.floats(key + ".grad_in.x"), lab.floats(dx), Tolerances.GRADIENT);
    lab.compareGradients(scope, c, key + ".grad.", comparison);
  }

  static void block(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    boolean ffnTargets = GoldenCase.flag(entry, "ffn_targets", true);
    ParameterScope scope = ParameterScope.root();
    TransformerBlock block = new TransformerBlock(scope, blockConfig(entry), 0);
    lab.bind(scope, c, key + ".param.");
    Tensor bias = c.has(key + ".in.alibi_bias") ? lab.tensor(c, key + ".in.alibi_bias") : null;
    Tensor dbias =
        bias == null
            ? null
            : lab.tensor(new float[Math.toIntExact(bias.size())], bias.shape().toArray());
    Tensor padding =
        c.has(key + ".in.padding_mask")
            ? lab.ints(
                c.ints(key + ".in.padding_mask"), c.shape(key + ".in.padding_mask").toArray())
            : null;
    Pass pass = lab.training();
    float[][] t = new float[1][];
    Tensor x =
        block.forward(
            lab.tensor(c, key + ".in.x"),
            new AttentionBias(bias, padding, dbias),
            shown -> t[0] = lab.floats(shown),
            pass);
    comparison.relative(
        key + ".out.x", c.floats(key + ".out.x"), lab.floats(x), Tolerances.FORWARD);
    comparison.relative(
        key + ".out.t",
        c.floats(key + ".out.t"),
        ffnTargets ? t[0] : lab.floats(x),
        Tolerances.FORWARD);
    Tensor dt = lab.tensor(c, key + ".cot.t");
    Tensor dy = lab.tensor(c, key + ".cot.x");
    if (!ffnTargets) {
      lab.kernels().elementwise().axpy(dy, dt, 1, dy.size());
    }
    Tensor dx = block.backward(dy, ffnTargets ? dt : null, pass);
    comparison.relative(
        key + ".grad_in.x", c.floats(key + ".grad_in.x"), lab.floats(dx), Tolerances.GRADIENT);
    if (dbias != null) {
      String name = key + ".grad_in.alibi_bias";
      comparison.relative(name, c.floats(name), lab.floats(dbias), Tolerances.GRADIENT);
    }
    lab.compareGradients(scope, c, key + ".grad.", comparison);
  }

  /// A model configuration around a single block.
  private static Data2Vec2Config blockConfig(Map<String, Object> entry) {
    int dim = GoldenCase.integer(entry, "dim");
    ImageConfig image =
        new ImageConfig(
            8,
            3,
            4,
            ImageConfig.Positions.NONE,
            0,
            true,
            true,
            1,
            null,
            PrenetConfig.of(0),
            MaskConfig.inverseBlocks(0.5, 0),
            DecoderConfig.image(dim, 1, 3, 1));
    return new Data2Vec2Config(
        dim,
        1,
        GoldenCase.integer(entry, "heads"),
        GoldenCase.number(entry, "mlp_ratio"),
        GoldenCase.number(entry, "eps"),
        true,
        GoldenCase.flag(entry, "layer_norm_first", false)
            ? NormPlacement.PRE_OFFICIAL
            : NormPlacement.POST,
        DropConfig.none(),
        1,
        TargetConfig.image(1),
        new LossConfig(0, null, 1, 0, 0),
        EmaConfig.linear(0.9, 0.9, 1),
        null,
        false,
        image,
        null,
        null);
  }

  /// `maskinfo.*`: index lists of a mask, and the decoder's input for given noise.
  static void maskInfo(
      String key, Map<String, Object> entry, GoldenCase c, Comparison comparison, Lab lab) {
    int[] mask = c.ints(key + ".mask");
    int rows = c.shape(key + ".mask").dim(0);
    int T = c.shape(key + ".mask").dim(1);
    int C = c.shape(key + ".x").dim(2);
    int E = GoldenCase.integer(entry, "extra_tokens");
    MaskPlan own =
        MaskPlan.of(
            mask, rows, 1, T, GoldenCase.number(entry, "keep_masked_pct"), new HostArrays());
    comparison.number(key + ".len_keep", GoldenCase.number(entry, "len_keep"), own.kept(), 0.01);
    int V = own.kept();
    int[] keep = c.ints(key + ".ids_keep");
    int[] restore = c.ints(key + ".ids_restore");
    for (int r = 0; r < rows; r++) {
      boolean[] kept = new boolean[T];
      boolean[] seen = new boolean[T];
      boolean inverse = true;
      for (int v = 0; v < V; v++) {
        kept[keep[r * V + v]] = true;
        inverse &= restore[r * T + keep[r * V + v]] == v;
      }
      boolean visible = true;
      for (int t = 0; t < T; t++) {
        seen[own.idsRestore()[r * T + t]] = true;
        // Which masked tokens are kept besides depends on an unstable sort; that all visible ones
        // are does not.
        visible &= mask[r * T + t] != 0 || (kept[t] && own.idsRestore()[r * T + t] < V);
      }
      boolean permutation = true;
      for (boolean s : seen) {
        permutation &= s;
      }
      comparison.holds(key + " row " + r + ": all visible tokens are kept", visible);
      comparison.holds(key + " row " + r + ": ids_restore inverts ids_keep", inverse);
      comparison.holds(key + " row " + r + ": our order is a permutation", permutation);
    }
    MaskPlan plan = new MaskPlan(rows, 1, T, V, mask, keep, restore);
    gathered(key, plan, E, C, c, comparison, lab);
  }

  private static void gathered(
      String key, MaskPlan plan, int E, int C, GoldenCase c, Comparison comparison, Lab lab) {
    Pass pass = lab.inference();
    StepIndices.Readers readers =
        new StepIndices.Readers(MaskConfig.Encode.VISIBLE, new MaskFill.Noise(0), false);
    StepIndices index = StepIndices.of(plan, E, null, readers, lab.backend(), pass);
    int rows = plan.rows();
    int T = plan.tokens();
    int V = plan.kept();
    Tensor x = lab.tensor(c.floats(key + ".x"), rows * T, C);
    Tensor zeros = lab.tensor(new float[E * C], E, C);
    Tensor chosen = lab.empty(rows, E + V, C);
    lab.kernels().gather().gatherRows(chosen, x, zeros, index.kept().gather(), rows * (E + V), C);
    float[] all = lab.floats(chosen);
    float[] tokens = new float[rows * V * C];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(all, (r * (E + V) + E) * C, tokens, r * V * C, V * C);
    }
    comparison.relative(key + ".x_unmasked", c.floats(key + ".x_unmasked"), tokens, 1e-9);
    Tensor input = lab.empty(rows, T, C);
    lab.kernels()
        .gather()
        .gatherRows(
            input,
            lab.tensor(c, key + ".encoded"),
            lab.tensor(c, key + ".noise"),
            index.decoder(),
            rows * T,
            C);
    comparison.relative(
        key + ".decoder_in", c.floats(key + ".decoder_in"), lab.floats(input), 1e-9);
    int[] visible = new int[rows * T];
    java.util.Arrays.setAll(visible, i -> plan.mask()[i] == 0 ? i : -1);
    Tensor zeroed = lab.empty(rows, T, C);
    lab.kernels().gather().gatherRows(zeroed, x, null, lab.ints(visible, rows * T), rows * T, C);
    String name = key + ".encoder_zero_masked";
    comparison.relative(name, c.floats(name), lab.floats(zeroed), 1e-9);
  }
}
