package dev.d2v.nn;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.random.RandomStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One forward and its backward: kernels, workspace, random numbers, and a stack of what layers
/// saved.
///
/// A pass either saves (training: the backward follows) or frees as it goes (inference, teacher).
/// Randomness is keyed by (seed, stream, update, micro-batch), never by what was drawn before, so a
/// part of a forward can be run a second time and gives the same numbers. That is what
/// [#recomputing] relies on (activation checkpointing): a block's forward runs in a pass that is
/// [#forgetting], only its input is kept, and its backward starts by running the forward again.
public final class Pass {
  private final Kernels kernels;
  private final Workspace workspace;
  private final @Nullable Step step;
  private final HostArrays arrays;
  private final Keeping keeping;
  private final Deque<Entry> saved = new ArrayDeque<>();

  private record Entry(Object owner, Record record) {}

  /// What a forward leaves behind for its backward.
  private enum Keeping {
    /// All that the layers need.
    ACTIVATIONS,
    /// The same, but of a block only its input.
    BLOCK_INPUTS,
    /// Nothing.
    NOTHING
  }

  /// Which step a training pass belongs to.
  ///
  /// @param numbers the same on the device, for kernels
  /// @param seed of the run
  /// @param update number of updates done so far
  /// @param microBatch number within the update
  /// @param whole whether nothing is left out at random: a plan has to hold for every draw
  public record Step(StepNumbers numbers, long seed, int update, int microBatch, boolean whole) {
    /// A step in which what is random happens.
    public Step(StepNumbers numbers, long seed, int update, int microBatch) {
      this(numbers, seed, update, microBatch, false);
    }
  }

  private Pass(
      Kernels kernels,
      Workspace workspace,
      @Nullable Step step,
      HostArrays arrays,
      Keeping keeping) {
    this.kernels = kernels;
    this.workspace = workspace;
    this.step = step;
    this.arrays = arrays;
    this.keeping = keeping;
  }

  /// A pass that will be differentiated; dropout and its kin are active.
  public static Pass training(Kernels kernels, Workspace workspace, Step step) {
    return training(kernels, workspace, step, new HostArrays());
  }

  /// The same with host arrays of its caller, who resets them when the pass is over.
  public static Pass training(Kernels kernels, Workspace workspace, Step step, HostArrays arrays) {
    return new Pass(kernels, workspace, step, arrays, Keeping.ACTIVATIONS);
  }

  /// A pass without a backward: saves nothing, drops nothing out, frees temporaries as it goes.
  public static Pass inference(Kernels kernels, Workspace workspace) {
    return new Pass(kernels, workspace, null, new HostArrays(), Keeping.NOTHING);
  }

  /// This training pass before its forward, but of every block it keeps only the input: less
  /// memory, and the blocks' forwards are computed twice. Gradients are the same to the last bit.
  public Pass recomputing() {
    return new Pass(kernels, workspace, step(), arrays, Keeping.BLOCK_INPUTS);
  }

  /// Whether blocks keep only their input.
  public boolean recomputes() {
    return keeping == Keeping.BLOCK_INPUTS;
  }

  /// The same step without a backward: random as in training, but nothing is saved, and temporaries
  /// are freed as it goes.
  public Pass forgetting() {
    return new Pass(kernels, workspace, step, arrays, Keeping.NOTHING);
  }

  /// The vocabulary.
  public Kernels kernels() {
    return kernels;
  }

  /// Where indices are made before they are uploaded.
  public HostArrays arrays() {
    return arrays;
  }

  /// Where temporaries come from.
  public Workspace workspace() {
    return workspace;
  }

  /// Whether it belongs to a training step, so that dropout is active.
  public boolean training() {
    return step != null;
  }

  /// Whether a backward will follow, for which layers keep what they need.
  public boolean saves() {
    return keeping != Keeping.NOTHING;
  }

  /// The step of a training pass.
  public Step step() {
    if (step == null) {
      throw new IllegalStateException("an inference pass belongs to no step");
    }
    return step;
  }

  /// A new F32 tensor with undefined content.
  public Tensor take(int... dims) {
    return workspace.take(Shape.of(dims), DType.F32);
  }

  /// A new F32 tensor with undefined content.
  public Tensor take(Shape shape) {
    return workspace.take(shape, DType.F32);
  }

  /// The same pass for a part of its samples' rows, with random numbers of its own.
  ///
  /// @param numbers those of this pass's step but for the number of the micro-batch
  public Pass part(StepNumbers numbers, int microBatch) {
    Step s = step();
    return new Pass(
        kernels,
        workspace,
        new Step(numbers, s.seed(), s.update(), microBatch, s.whole()),
        arrays,
        keeping);
  }

  /// A tensor that the backward needs, or null when nothing is saved.
  public @Nullable Tensor takeSaved(int... dims) {
    return takeSaved(Shape.of(dims));
  }

  /// A tensor that the backward needs, or null when nothing is saved.
  public @Nullable Tensor takeSaved(Shape shape) {
    return saves() ? take(shape) : null;
  }

  /// The dropout for a kernel, or null when this pass drops nothing out.
  public @Nullable DropoutSpec dropout(int stream, double p) {
    return step == null || p == 0 ? null : new DropoutSpec(step.numbers(), stream, (float) p);
  }

  /// Whether an event of probability p happens in this step, decided on the host (layer drop).
  /// Never in inference, nor in a plan.
  public boolean happens(int stream, int item, double p) {
    if (step == null || step.whole() || p == 0) {
      return false;
    }
    var random =
        new RandomStream(step.seed(), stream, step.update(), item * 65_536 + step.microBatch());
    return random.nextDouble() <= p;
  }

  /// Keeps a record for the backward of `owner`; does nothing where none follows.
  public void save(Object owner, Record record) {
    if (saves()) {
      saved.push(new Entry(owner, record));
    }
  }

  /// Takes back the record saved last, which must be that of `owner`.
  @SuppressWarnings("ReferenceEquality") // the very layer that saved it, not one like it
  public <S extends Record> S restore(Object owner, Class<S> type) {
    Entry entry = saved.peek();
    if (entry == null || entry.owner != owner || !type.isInstance(entry.record)) {
      throw new IllegalStateException(
          "backward out of order: %s asks for its %s, %s"
              .formatted(
                  owner.getClass().getSimpleName(),
                  type.getSimpleName(),
                  entry == null
                      ? "but nothing is saved"
                      : "but "
                          + entry.owner.getClass().getSimpleName()
                          + " saved last ("
                          + entry.record.getClass().getSimpleName()
                          + ")"));
    }
    saved.pop();
    return type.cast(entry.record);
  }

  /// Number of records that wait for their backward.
  public int pending() {
    return saved.size();
  }

  /// What a forward takes until this is closed is given back where nothing is saved, and kept where
  /// the backward needs it (the mark is null then, which try-with-resources allows). Take the
  /// result first:
  ///
  /// ```java
  /// Tensor y = pass.take(shape);
  /// try (var _ = pass.temporaries()) { ... }   // writes y
  /// ```
  public Workspace.@Nullable Mark temporaries() {
    return saves() ? null : workspace.mark();
  }

  /// Runs a part of a forward and frees all its temporaries but the result, unless the backward
  /// needs them.
  public Tensor freeing(Shape result, Supplier<Tensor> body) {
    return saves() ? body.get() : freeingAlways(result, body);
  }

  /// Runs the backward of a part whose forward began at `start` and gives back all that both took
  /// but the result, which moves to where the part began: memory falls as a backward goes. Whatever
  /// else was taken after `start` ends with it.
  ///
  /// @param start the workspace's mark of before the forward
  public Tensor freeingSince(Workspace.Mark start, Supplier<Tensor> body) {
    return workspace.keep(
        start, body.get(), (to, from) -> kernels.elementwise().copy(to, from, to.size()));
  }

  /// Runs a part of a backward and frees all its temporaries but the result.
  public Tensor freeingAlways(Shape result, Supplier<Tensor> body) {
    Tensor out = take(result);
    try (var _ = workspace.mark()) {
      kernels.elementwise().copy(out, body.get(), result.size());
    }
    return out;
  }
}
