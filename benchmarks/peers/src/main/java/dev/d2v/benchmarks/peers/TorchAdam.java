package dev.d2v.benchmarks.peers;

import dev.d2v.model.train.TrainConfig;
import dev.d2v.nn.optim.AdamW;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// fairseq's trainer and its Adam in libtorch's operators, parameter after parameter: gradients
/// over the sample size, clipping of the global norm, decoupled decay, the step.
final class TorchAdam {
  private static final double CLIP_EPS = 1e-6;

  private final TrainConfig train;
  private final AdamW adam;
  private final List<State> states = new ArrayList<>();

  /// A parameter with its moments.
  private record State(Tensor p, Tensor m, Tensor v, boolean decays) {}

  /// @param parameters those that are trained, by name
  TorchAdam(TrainConfig train, Map<String, Tensor> parameters) {
    this.train = train;
    this.adam = new AdamW(train.beta1(), train.beta2(), train.eps(), train.weightDecay());
    parameters.forEach((name, p) ->
        states.add(
            new State(
                p,
                torch.zeros_like(p),
                torch.zeros_like(p),
                train.decayEverything() || (p.dim() > 1 && !name.endsWith(".bias")))));
  }

  /// Forgets all gradients.
  void zeroGradients() {
    for (State s : states) {
      s.p.mutable_grad().reset();
    }
  }

  /// Divides gradients by the sample size and clips them.
  ///
  /// @return their norm before clipping
  double clip(long sampleSize) {
    try (PointerScope _ = new PointerScope()) {
      Scalar perToken = new Scalar(1.0 / sampleSize);
      TensorVector norms = new TensorVector();
      for (State s : states) {
        norms.push_back(s.p.grad().mul_(perToken).norm());
      }
      double norm = torch.stack(norms).norm().item_float();
      double factor = train.clipNorm() / (norm + CLIP_EPS);
      if (train.clipNorm() > 0 && factor < 1) {
        Scalar scale = new Scalar(factor);
        states.forEach(s -> s.p.grad().mul_(scale));
      }
      return norm;
    }
  }

  /// One step.
  ///
  /// @param number of this update, from 1
  void step(double learningRate, long number) {
    Scalar beta1 = new Scalar(train.beta1());
    Scalar beta2 = new Scalar(train.beta2());
    Scalar first = new Scalar(1 - train.beta1());
    Scalar second = new Scalar(1 - train.beta2());
    Scalar eps = new Scalar(train.eps());
    Scalar keeps = new Scalar(1 - learningRate * train.weightDecay());
    Scalar back = new Scalar(-adam.adamStep(learningRate, number));
    for (State s : states) {
      try (PointerScope _ = new PointerScope()) {
        Tensor g = s.p.grad();
        s.m.mul_(beta1).add_(g, first);
        s.v.mul_(beta2).addcmul_(g, g, second);
        Tensor divisor = s.v.sqrt().add_(eps);
        if (s.decays) {
          s.p.mul_(keeps);
        }
        s.p.addcdiv_(s.m, divisor, back);
      }
    }
  }
}
