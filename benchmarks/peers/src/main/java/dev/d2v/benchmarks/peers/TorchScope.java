package dev.d2v.benchmarks.peers;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// How long tensors live: as long as in Python, where those that a function makes end with it.
final class TorchScope {
  private TorchScope() {}

  /// What a body returns, in the scope around it; all else that it makes is freed, unless autograd
  /// saves it for the backward.
  static Tensor kept(Supplier<Tensor> body) {
    PointerScope outer = PointerScope.getInnerScope();
    Tensor made;
    try (PointerScope _ = new PointerScope()) {
      made = body.get();
      made.retainReference();
    }
    if (outer != null) {
      outer.attach(made);
      made.releaseReference();
    }
    return made;
  }
}
