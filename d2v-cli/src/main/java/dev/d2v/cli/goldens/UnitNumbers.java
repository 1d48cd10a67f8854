package dev.d2v.cli.goldens;

import dev.d2v.model.Observer;
import dev.d2v.model.PositionTables;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.Targets;
import dev.d2v.nn.layer.Alibi;
import dev.d2v.nn.optim.AdamW;
import dev.d2v.nn.optim.EmaSchedule;
import dev.d2v.nn.optim.GradientClip;
import dev.d2v.nn.optim.Schedule;
import dev.d2v.tensor.ParameterMemory;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StepNumbers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Entries of unit cases that are about numbers rather than layers: positions, ALiBi tables,
/// targets, losses, schedules, the optimiser.
final class UnitNumbers {
  private UnitNumbers() {}

  static void positions(String key, Map<String, Object> e, GoldenCase c, Comparison comparison) {
    if (key.startsWith("sincos2d.")) {
      int C = GoldenCase.integer(e, "dim");
      float[] table = PositionTables.sinCos2d(C, GoldenCase.integer(e, "grid"));
      if (GoldenCase.flag(e, "cls_token", false)) {
        float[] withCls = new float[table.length + C];
        System.arraycopy(table, 0, withCls, C, table.length);
        table = withCls;
      }
      comparison.absolute(key, c.floats(key), table, 1e-6);
    } else if (key.startsWith("sinusoidal1d.")) {
      float[] table =
          PositionTables.sinCos1d(
              GoldenCase.integer(e, "dim"),
              GoldenCase.integer(e, "n"),
              GoldenCase.integer(e, "padding_idx"));
      comparison.absolute(key, c.floats(key), table, 5e-6);
    } else if (key.startsWith("positions")) {
      int T = c.shape(key + ".tokens").dim(1);
      int[] ids =
          PositionTables.tokenPositions(
              c.ints(key + ".tokens"), T, GoldenCase.integer(e, "padding_idx"));
      comparison.equal(key + ".ids", c.ints(key + ".ids"), ids);
    } else {
      int C = c.shape(key + ".in").dim(2);
      int from = (int) Math.round(Math.sqrt(c.shape(key + ".in").dim(1) - 1));
      int to = (int) Math.round(Math.sqrt(c.shape(key + ".out").dim(1) - 1));
      float[] resized = PositionTables.resize(c.floats(key + ".in"), from, to, C);
      comparison.relative(key, c.floats(key + ".out"), resized, Tolerances.FORWARD);
    }
  }

  static void alibi(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    int heads = GoldenCase.integer(e, "heads");
    int T = GoldenCase.integer(e, "T");
    if (key.equals("masked")) {
      masked(key, e, heads, T, c, comparison, lab);
    } else if (GoldenCase.integer(e, "dims") == 1) {
      comparison.relative(key, c.floats(key), Alibi.table1d(heads, T), 1e-6);
    } else {
      Alibi.Distance distance =
          Alibi.Distance.valueOf(
              String.valueOf(e.get("distance")).toUpperCase(java.util.Locale.ROOT));
      int grid = GoldenCase.integer(e, "grid");
      comparison.relative(key, c.floats(key), Alibi.table2d(heads, grid, distance), 1e-6);
    }
  }

  /// A scaled, gathered and padded table, from the kernels that [LearnedAlibi] uses.
  private static void masked(
      String key,
      Map<String, Object> e,
      int H,
      int T,
      GoldenCase c,
      Comparison comparison,
      Lab lab) {
    int R = GoldenCase.integer(e, "B") * GoldenCase.integer(e, "clone_batch");
    int E = GoldenCase.integer(e, "extra_tokens");
    int V = c.shape(key + ".ids_keep").dim(1);
    Tensor table = lab.tensor(Alibi.table1d(H, T), H, T, T);
    Tensor scaled = lab.empty(H, T, T);
    Tensor scale = lab.tensor(c.floats(key + ".alibi_scale"), H);
    lab.kernels().elementwise().scaleGroups(scaled, table, scale, H, scaled.size());
    int[] all = new int[R * T];
    Arrays.setAll(all, i -> i % T);
    int[] keep = c.ints(key + ".ids_keep");
    int[] padded = new int[R * (E + V)];
    Arrays.setAll(padded, i -> i % (E + V) < E ? -1 : keep[i / (E + V) * V + i % (E + V) - E]);
    c.ignore(key + ".mask");
    pairs(key + ".scaled", scaled, all, R, H, T, T, c, comparison, lab);
    pairs(key + ".gathered", scaled, keep, R, H, V, T, c, comparison, lab);
    pairs(key + ".padded", scaled, padded, R, H, E + V, T, c, comparison, lab);
  }

  private static void pairs(
      String name,
      Tensor table,
      int[] keep,
      int R,
      int H,
      int V,
      int T,
      GoldenCase c,
      Comparison comparison,
      Lab lab) {
    Tensor y = lab.empty(R, H, V, V);
    lab.kernels().gather().gatherPairs(y, table, lab.ints(keep, R, V), R, H, V, T);
    comparison.relative(name, c.floats(name), lab.floats(y), 1e-6);
  }

  static void target(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    List<?> flags = GoldenCase.list(e, "flags");
    List<String> layers = c.names("layer.");
    int topK = GoldenCase.integer(e, "top_k");
    TargetConfig config =
        new TargetConfig(
            topK,
            false,
            flags.contains("batch_norm_target_layer"),
            flags.contains("instance_norm_target_layer"),
            flags.contains("layer_norm_target_layer"),
            flags.contains("layer_norm_targets"),
            flags.contains("instance_norm_targets"));
    List<String> known =
        List.of(
            "batch_norm_target_layer",
            "instance_norm_target_layer",
            "layer_norm_target_layer",
            "layer_norm_targets",
            "instance_norm_targets");
    for (Object flag : flags) {
      comparison.holds("switch " + flag + " is known", known.contains(String.valueOf(flag)));
    }
    int[] shape = c.shape(layers.getFirst()).toArray();
    Targets targets =
        new Targets(
            config,
            layers.size(),
            shape[0],
            shape[1],
            shape[2],
            null,
            lab.inference(),
            Observer.none());
    for (int i = 0; i < layers.size(); i++) {
      targets.add(i, lab.tensor(c, "layer." + i), false);
    }
    comparison.relative(key, c.floats(key), lab.floats(targets.finish()), Tolerances.FORWARD);
  }

  static void loss(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    int rows = c.shape("loss.x").dim(0);
    int C = c.shape("loss.x").dim(1);
    double scale =
        e.get("loss_scale") == null ? 1 / Math.sqrt(C) : GoldenCase.number(e, "loss_scale");
    float beta = (float) GoldenCase.number(e, "beta");
    Tensor x = lab.tensor(c, "loss.x");
    Tensor y = lab.tensor(c, "loss.y");
    int[] same = new int[rows];
    Arrays.setAll(same, r -> r);
    Tensor loss = lab.empty(1);
    Tensor dx = lab.empty(rows, C);
    lab.kernels()
        .loss()
        .regression(loss, dx, x, y, lab.ints(same, rows), beta, (float) scale, rows, C);
    comparison.number(
        key + ".total", GoldenCase.number(e, "total"), lab.floats(loss)[0], Tolerances.LOSS);
    comparison.relative(
        key + ".grad_x", c.floats(key + ".grad_x"), lab.floats(dx), Tolerances.GRADIENT);
    float[] each = new float[rows * C];
    float[] hostX = c.floats("loss.x");
    float[] hostY = c.floats("loss.y");
    for (int i = 0; i < each.length; i++) {
      Tensor one = lab.tensor(new float[] {hostX[i]}, 1, 1);
      Tensor other = lab.tensor(new float[] {hostY[i]}, 1, 1);
      lab.kernels()
          .loss()
          .regression(
              loss,
              lab.empty(1, 1),
              one,
              other,
              lab.ints(new int[1], 1),
              beta,
              (float) scale,
              1,
              1);
      each[i] = lab.floats(loss)[0];
    }
    String name = key + ".elementwise";
    comparison.relative(name, c.floats(name), each, Tolerances.FORWARD);
  }

  static void spread(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    Tensor x = lab.tensor(c, key + ".in");
    int C = x.shape().dim(-1);
    int rows = x.shape().rows();
    int[] all = new int[rows];
    Arrays.setAll(all, r -> r);
    Tensor out = lab.empty(1);
    lab.kernels().loss().spread(out, x, lab.ints(all, rows), rows, C);
    comparison.number(key, GoldenCase.number(e, "value"), lab.floats(out)[0], Tolerances.FORWARD);
  }

  static void wave(String key, GoldenCase c, Comparison comparison, Lab lab) {
    Tensor x = lab.tensor(c, key + ".in");
    int n = Math.toIntExact(x.size());
    Tensor y = lab.empty(n);
    lab.kernels().norm().layerNormForward(y, null, null, x, null, null, 1e-5f, 1, n);
    comparison.relative(key + ".out", c.floats(key + ".out"), lab.floats(y), Tolerances.FORWARD);
  }

  static void patch(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    int P = GoldenCase.integer(e, "patch_size");
    int[] d = c.shape(key + ".image").toArray();
    int T = d[2] / P * (d[3] / P);
    int K = d[1] * P * P;
    Tensor image = lab.tensor(c, key + ".image");
    Tensor patches = lab.empty(d[0] * T, K);
    lab.kernels().conv().patches(patches, image, true, d[0], d[1], d[2], d[3], P);
    String patchified = key + ".patchified";
    comparison.relative(patchified, c.floats(patchified), lab.floats(patches), 1e-9);
    lab.kernels().conv().patches(patches, image, false, d[0], d[1], d[2], d[3], P);
    int C = c.shape(key + ".conv_weight").dim(0);
    Tensor y = lab.empty(d[0] * T, C);
    lab.kernels()
        .matmul()
        .matmulNT(
            y,
            patches,
            lab.tensor(c.floats(key + ".conv_weight"), C, K),
            lab.tensor(c, key + ".conv_bias"),
            null,
            d[0] * T,
            C,
            K);
    String embedded = key + ".embedded";
    comparison.relative(embedded, c.floats(embedded), lab.floats(y), Tolerances.FORWARD);
  }

  static void adam(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    List<?> betas = GoldenCase.list(e, "betas");
    AdamW adam =
        new AdamW(
            GoldenCase.number(betas.get(0), "betas"),
            GoldenCase.number(betas.get(1), "betas"),
            GoldenCase.number(e, "eps"),
            GoldenCase.number(e, "weight_decay"));
    int size = c.shape(key + ".param.0").intSize();
    try (ParameterMemory memory = ParameterMemory.training(lab.backend(), size, 0)) {
      lab.backend().upload(memory.values(), c.floats(key + ".param.0"));
      int steps = c.names(key + ".grad.").size();
      for (int s = 0; s < steps; s++) {
        lab.backend().upload(memory.gradients(), c.floats(key + ".grad." + s));
        float[] values = new float[StepNumbers.FLOATS];
        adam.numbers(values, GoldenCase.number(e, "lr"), s + 1);
        values[StepNumbers.GRADIENT_FACTOR] = 1;
        adam.update(lab.kernels(), lab.numbers(values), memory, 0, size, true, 1);
        String name = key + ".param." + (s + 1);
        comparison.relative(name, c.floats(name), lab.floats(memory.values()), 1e-6);
      }
      comparison.relative(
          key + ".exp_avg",
          c.floats(key + ".exp_avg"),
          lab.floats(memory.firstMoments()),
          Tolerances.FORWARD);
      comparison.relative(
          key + ".exp_avg_sq",
          c.floats(key + ".exp_avg_sq"),
          lab.floats(memory.secondMoments()),
          Tolerances.FORWARD);
    }
  }

  static void clip(
      String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    List<String> grads = c.names(key + ".grad.");
    int size = grads.stream().mapToInt(n -> c.shape(n).intSize()).sum();
    float[] all = new float[size];
    int at = 0;
    for (String n : grads) {
      float[] g = c.floats(n);
      System.arraycopy(g, 0, all, at, g.length);
      at += g.length;
    }
    float[] values = new float[StepNumbers.FLOATS];
    GradientClip clip = new GradientClip(GoldenCase.number(e, "max_norm"));
    clip.numbers(values, 1);
    StepNumbers numbers = lab.numbers(values);
    clip.apply(lab.kernels(), numbers, lab.tensor(all, size));
    float[] after = lab.floats(numbers.floats());
    comparison.number(
        key + ".total_norm",
        GoldenCase.number(e, "total_norm"),
        after[StepNumbers.GRADIENT_NORM],
        1e-6);
    for (String n : grads) {
      float[] g = c.floats(n);
      for (int i = 0; i < g.length; i++) {
        g[i] *= after[StepNumbers.GRADIENT_FACTOR];
      }
      String out = n.replace(".grad.", ".out.");
      comparison.relative(out, c.floats(out), g, 1e-6);
    }
  }

  static void ema(String key, Map<String, Object> e, GoldenCase c, Comparison comparison, Lab lab) {
    List<?> frozen = GoldenCase.list(e, "frozen");
    float[] values = new float[StepNumbers.FLOATS];
    values[StepNumbers.EMA_STEP] = (float) (1 - GoldenCase.number(e, "decay"));
    for (String before : c.names(key + ".before.")) {
      String name = before.substring((key + ".before.").length());
      Tensor t = lab.tensor(c, before);
      Tensor p = lab.tensor(c, key + ".student." + name);
      if (frozen.contains(name)) {
        lab.kernels().elementwise().copy(t, p, t.size());
      } else {
        lab.kernels().optimizer().ema(lab.numbers(values), t, p, t.size());
      }
      String after = key + ".after." + name;
      comparison.absolute(after, c.floats(after), lab.floats(t), Tolerances.TEACHER);
    }
  }

  static void schedule(int index, Map<String, Object> e, Comparison comparison) {
    String kind = String.valueOf(e.get("schedule"));
    List<?> updates = GoldenCase.list(e, "updates");
    List<?> expected = GoldenCase.list(e, kind.equals("ema_decay") ? "decay" : "lr");
    for (int i = 0; i < updates.size(); i++) {
      long u = (long) GoldenCase.number(updates.get(i), "updates");
      double actual =
          kind.equals("ema_decay")
              ? new EmaSchedule.Linear(
                      GoldenCase.number(e, "start"),
                      GoldenCase.number(e, "end"),
                      (long) GoldenCase.number(e, "anneal_end_step"))
                  .at(u)
              : rate(kind, e).at(u);
      comparison.number(
          kind + " " + index + " at " + u,
          GoldenCase.number(expected.get(i), "value"),
          actual,
          Tolerances.SCHEDULE);
    }
  }

  private static Schedule rate(String kind, Map<String, Object> e) {
    Map<String, Object> args = GoldenCase.asObject(e.get("args"), "args");
    double lr = GoldenCase.number(GoldenCase.list(args, "lr").getFirst(), "lr");
    return switch (kind) {
      case "cosine" ->
          new Schedule.Cosine(
              lr,
              (long) GoldenCase.number(args, "warmup_updates"),
              (long) GoldenCase.number(args, "max_update"),
              GoldenCase.number(args, "warmup_init_lr"),
              GoldenCase.number(args, "min_lr"),
              (long) GoldenCase.number(args, "lr_period_updates"),
              GoldenCase.number(args, "t_mult"),
              GoldenCase.number(args, "lr_shrink"));
      case "tri_stage" -> triStage(args, lr);
      case "polynomial_decay" ->
          new Schedule.Polynomial(
              lr,
              (long) GoldenCase.number(args, "warmup_updates"),
              (long) GoldenCase.number(args, "total_num_update"),
              GoldenCase.number(args, "end_learning_rate"),
              GoldenCase.number(args, "power"));
      default -> throw new IllegalArgumentException("unknown schedule " + kind);
    };
  }

  private static Schedule triStage(Map<String, Object> args, double lr) {
    double initial = GoldenCase.number(args, "init_lr_scale");
    double last = GoldenCase.number(args, "final_lr_scale");
    if (args.get("phase_ratio") instanceof List<?> ratio) {
      return Schedule.TriStage.ofRatios(
          lr,
          (long) GoldenCase.number(args, "max_update"),
          GoldenCase.number(ratio.get(0), "phase_ratio"),
          GoldenCase.number(ratio.get(1), "phase_ratio"),
          GoldenCase.number(ratio.get(2), "phase_ratio"),
          initial,
          last);
    }
    return new Schedule.TriStage(
        lr,
        (long) GoldenCase.number(args, "warmup_steps"),
        (long) GoldenCase.number(args, "hold_steps"),
        (long) GoldenCase.number(args, "decay_steps"),
        initial,
        last);
  }
}
