package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Task;
import java.util.Optional;
import java.util.function.Function;

/// A Java library's products over arrays.
final class ArrayEngine implements Engine {
  private final String description;
  private final Function<Case, Optional<Product>> maker;

  /// A product made ready.
  interface Product {
    /// Computes.
    void run();

    /// The result without bias; not a copy.
    float[] product();
  }

  ArrayEngine(String description, Function<Case, Optional<Product>> maker) {
    this.description = description;
    this.maker = maker;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Optional<Task> open(Case which) {
    return maker.apply(which).map(product -> new ArrayTask(which, product));
  }

  private record ArrayTask(Case which, Product product) implements Task {
    @Override
    public void run() {
      product.run();
    }

    @Override
    public float[] result() {
      return Products.withBias(which, product.product().clone());
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {}
}
