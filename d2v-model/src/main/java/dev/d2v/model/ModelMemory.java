package dev.d2v.model;

import dev.d2v.nn.Parameter;
import dev.d2v.nn.Storage;
import dev.d2v.nn.Streams;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.ParameterMemory;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Binds a student's and a teacher's parameters to one [ParameterMemory], and knows which ranges of
/// it are decayed, mirrored by the teacher, or frozen.
///
/// ```text
/// mirrored: decayed | not decayed | frozen      then only the student's: decayed | not decayed | frozen
/// ```
///
/// Within each, what all modalities share comes before what belongs to one. So the teacher is a
/// prefix, clipping is one pass, and AdamW with EMA is a few.
public final class ModelMemory implements AutoCloseable {
  private static final int ALIGN = 16;

  /// Elements that are initialised at once.
  private static final int PIECE = 1 << 16;

  private static final String ENCODERS = "modality_encoders.";

  private final Backend backend;
  private final boolean training;
  private final ParameterMemory memory;
  private final @Nullable MemoryBlock narrow;
  private final Map<String, Tensor> given;
  private final List<Parameter> student;
  private final List<Parameter> teacher;
  private final Map<String, Integer> offsets = new LinkedHashMap<>();
  private final List<Range> ranges = new ArrayList<>();

  /// A run of parameters that the optimiser treats alike.
  ///
  /// @param from first element
  /// @param to behind the last
  /// @param decays whether the intended reading of weight decay applies
  /// @param mirrored whether the teacher has them too
  /// @param owner the modality whose encoder or decoder they are; empty: all modalities'
  public record Range(int from, int to, boolean decays, boolean mirrored, String owner) {}

  /// Ordered as they lie in memory. Compared by hand: what the JVM makes for a record's own
  /// `equals` takes 40 ms of the first opening in a JVM.
  private record Group(boolean mirrored, boolean trainable, boolean decays, String owner)
      implements Comparable<Group> {
    @Override
    public int compareTo(Group other) {
      int order = Boolean.compare(other.mirrored, mirrored);
      order = order != 0 ? order : Boolean.compare(other.trainable, trainable);
      order = order != 0 ? order : owner.compareTo(other.owner);
      return order != 0 ? order : Boolean.compare(other.decays, decays);
    }

    boolean holds(Group other) {
      return compareTo(other) == 0;
    }
  }

  private ModelMemory(
      Backend backend,
      List<Parameter> student,
      List<Parameter> teacher,
      boolean training,
      Storage storage,
      Map<String, Tensor> given) {
    this.backend = backend;
    this.training = training;
    this.student = List.copyOf(student);
    this.teacher = List.copyOf(teacher);
    Set<String> mirrored =
        teacher.stream().map(Parameter::name).collect(Collectors.toUnmodifiableSet());
    int at = 0;
    int teacherSize = 0;
    for (boolean inTeacher : new boolean[] {true, false}) {
      for (Group group : groups(student, inTeacher, mirrored)) {
        int from = at;
        for (Parameter p : student) {
          boolean ours = storage.of(p.use()) == DType.F32 && !given.containsKey(p.name());
          if (ours && group.holds(groupOf(p, mirrored))) {
            offsets.put(p.name(), at);
            at = Math.addExact(at, (p.shape().intSize() + ALIGN - 1) / ALIGN * ALIGN);
          }
        }
        if (group.trainable && at > from) {
          ranges.add(new Range(from, at, group.decays, inTeacher, group.owner));
        }
      }
      teacherSize = inTeacher ? at : teacherSize;
    }
    this.memory =
        training
            ? ParameterMemory.training(backend, at, teacherSize)
            : ParameterMemory.inference(backend, at);
    bind(training);
    this.given = Map.copyOf(given);
    for (Parameter p : student) {
      Tensor there = given.get(p.name());
      if (there != null) {
        p.bind(there.reshape(p.shape().toArray()), null);
      }
    }
    this.narrow = NarrowMemory.bind(backend, student, storage);
  }

  /// The groups that there are: decayed ones first, then those that are not, then frozen ones; with
  /// several modalities the shared ones first.
  private static Set<Group> groups(
      List<Parameter> student, boolean inTeacher, Set<String> mirrored) {
    Set<Group> groups = new TreeSet<>();
    for (Parameter p : student) {
      Group group = groupOf(p, mirrored);
      if (group.mirrored == inTeacher) {
        groups.add(group);
      }
    }
    return groups;
  }

  private static Group groupOf(Parameter p, Set<String> mirrored) {
    boolean trainable = p.trainable();
    return new Group(
        mirrored.contains(p.name()), trainable, trainable && p.decaysAsIntended(), owner(p.name()));
  }

  private static String owner(String name) {
    if (!name.startsWith(ENCODERS)) {
      return "";
    }
    return name.substring(ENCODERS.length(), name.indexOf('.', ENCODERS.length()));
  }

  private void bind(boolean training) {
    for (Parameter p : student) {
      if (offsets.containsKey(p.name())) {
        p.bind(
            view(memory.values(), p),
            training && p.trainable() ? view(memory.gradients(), p) : null);
      }
    }
    for (Parameter p : teacher) {
      if (!offsets.containsKey(p.name())) {
        throw new IllegalStateException("the teacher has " + p.name() + ", the student has not");
      }
      Tensor section = memory.teacher();
      if (section != null) {
        p.bind(view(section, p), null);
      }
    }
  }

  private Tensor view(Tensor section, Parameter p) {
    int from = offset(p.name());
    return section.slice(from, from + p.shape().intSize()).reshape(p.shape().toArray());
  }

  /// Memory for training: values, gradients, moments, teacher.
  public static ModelMemory training(
      Backend backend, List<Parameter> student, List<Parameter> teacher) {
    return new ModelMemory(backend, student, teacher, true, Storage.F32, Map.of());
  }

  /// Memory for inference: values.
  ///
  /// @param storage in how many bits
  /// @param given values in F32 that lie elsewhere, by parameter: they are used there, and must
  ///   stay until this is closed
  public static ModelMemory inference(
      Backend backend, List<Parameter> student, Storage storage, Map<String, Tensor> given) {
    return new ModelMemory(backend, student, List.of(), false, storage, given);
  }

  /// Bytes of everything, of what lies elsewhere too.
  public long bytes() {
    long elsewhere = given.values().stream().mapToLong(Tensor::bytes).sum();
    return memory.bytes() + (narrow == null ? 0 : narrow.bytes()) + elsewhere;
  }

  /// The parameters whose values lie elsewhere.
  public Set<String> given() {
    return given.keySet();
  }

  /// Draws initial values from the seed, parameter by parameter in order of declaration, and copies
  /// them to the teacher.
  public void initialize(long seed) {
    for (int i = 0; i < student.size(); i++) {
      Parameter p = student.get(i);
      var random = new RandomStream(seed, Streams.INITIAL_WEIGHTS, 0, i);
      initialize(p, random);
    }
    copyToTeacher();
  }

  /// In pieces: a table of embeddings is large, and its numbers need not be on the Java heap at
  /// once.
  private void initialize(Parameter p, RandomStream random) {
    int size = p.shape().intSize();
    if (size <= PIECE) {
      backend.upload(p.value(), p.initializer().draw(size, random));
      return;
    }
    Tensor flat = p.value().reshape(size);
    float[] piece = new float[PIECE];
    for (int from = 0; from < size; from += piece.length) {
      piece = size - from < PIECE ? new float[size - from] : piece;
      p.initializer().draw(piece, from, random);
      backend.upload(flat.slice(from, from + piece.length), piece);
    }
  }

  /// The teacher's update alone, `t = d t + (1-d) p` with the decay in `numbers`; frozen parameters
  /// are copied. In training it is part of AdamW's pass.
  public void updateTeacher(Kernels kernels, StepNumbers numbers) {
    Tensor t = memory.teacher();
    if (t == null) {
      return;
    }
    int at = 0;
    for (Range r : ranges) {
      if (r.mirrored) {
        kernels
            .optimizer()
            .ema(
                numbers,
                t.slice(r.from, r.to),
                memory.values().slice(r.from, r.to),
                (long) r.to - r.from);
        at = r.to;
      }
    }
    int end = memory.teacherSize();
    Tensor frozen = t.slice(at, end);
    kernels.elementwise().copy(frozen, memory.values().slice(at, end), frozen.size());
  }

  /// Makes the teacher equal to the student.
  public void copyToTeacher() {
    Tensor t = memory.teacher();
    if (t != null) {
      backend.kernels().elementwise().copy(t, memory.values(), t.size());
    }
  }

  /// The sections.
  public ParameterMemory memory() {
    return memory;
  }

  /// The student's parameters, in order of declaration.
  public List<Parameter> student() {
    return student;
  }

  /// The teacher's parameters.
  public List<Parameter> teacher() {
    return teacher;
  }

  /// Whether there are gradients and moments.
  public boolean trains() {
    return training;
  }

  /// Ranges of trainable parameters.
  public List<Range> ranges() {
    return List.copyOf(ranges);
  }

  /// Where a parameter starts within each section.
  public int offset(String name) {
    Integer offset = offsets.get(name);
    if (offset == null) {
      throw new IllegalArgumentException("no parameter is named " + name);
    }
    return offset;
  }

  /// A parameter's part of one of the sections, in its shape.
  public Tensor part(Tensor section, Parameter p) {
    return view(section, p);
  }

  /// Number of trainable parameters.
  public long trainableCount() {
    return student.stream().filter(Parameter::trainable).mapToLong(p -> p.shape().size()).sum();
  }

  /// Sets all gradients to zero.
  public void zeroGradients() {
    Tensor g = memory.gradients();
    backend.kernels().elementwise().fill(g, 0, g.size());
  }

  @Override
  public void close() {
    memory.close();
    if (narrow != null) {
      narrow.close();
    }
  }
}
