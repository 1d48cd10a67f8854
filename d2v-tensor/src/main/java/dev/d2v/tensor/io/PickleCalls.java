package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The few things that a pickle of tensors asks for by name, made here; everything else becomes a
/// [PickledObject] that does nothing.
final class PickleCalls {
  private static final int MAX_RANK = 32;

  /// Elements that a view may have beyond those of its storage (by strides of zero).
  private static final long MAX_EXPANDED = 1 << 20;

  /// Values that calls may copy in all: a list of a million can be copied by a few bytes.
  private static final int MAX_COPIED = 1 << 20;

  private final PickleInput in;
  private final Map<String, Integer> storages = new HashMap<>();
  private int copied;

  PickleCalls(PickleInput in) {
    this.in = in;
  }

  /// Bytes of an element of every storage so far, by its key.
  Map<String, Integer> storages() {
    return storages;
  }

  /// The value of `callable(*arguments)`.
  Object call(@Nullable Object callable, List<@Nullable Object> arguments) {
    if (!(callable instanceof PickleReader.Global global)) {
      throw in.wrong("the name of what is called", "another value");
    }
    String name = global.toString();
    return switch (name) {
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" -> {
        if (arguments.isEmpty() || !(arguments.getFirst() instanceof TorchTensor tensor)) {
          throw in.wrong("the tensor of a parameter", "another value");
        }
        yield tensor;
      }
      case "collections.OrderedDict", "builtins.dict", "__builtin__.dict" -> dictionary(arguments);
      case "collections.defaultdict" -> new LinkedHashMap<@Nullable Object, @Nullable Object>();
      case "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset" -> {
        Set<@Nullable Object> set = new LinkedHashSet<>();
        items(arguments).forEach(item -> set.add(key(item)));
        yield set;
      }
      case "builtins.list", "__builtin__.list" -> new ArrayList<>(items(arguments));
      case "builtins.tuple", "__builtin__.tuple", "torch.Size" ->
          new PickledTuple(new ArrayList<>(items(arguments)));
      case "_codecs.encode" -> bytes(arguments);
      default -> new PickledObject(name, new ArrayList<>(arguments));
    };
  }

  /// `object.__setstate__(state)`: kept by placeholders; of containers and tensors it holds nothing
  /// that matters.
  void build(@Nullable Object object, @Nullable Object state) {
    switch (object) {
      case PickledObject placeholder -> placeholder.build(state);
      case Map<?, ?> _, List<?> _, Set<?> _, TorchTensor _ -> {}
      case null, default -> throw in.wrong("an object to set the state of", "another value");
    }
  }

  /// A storage, from `("storage", type, key, location, size)` and, in old files, a view of it.
  Object persistent(@Nullable Object id) {
    List<@Nullable Object> parts = tuple(id);
    if (parts.size() < 5
        || parts.size() > 6
        || !"storage".equals(parts.get(0))
        || !(parts.get(1) instanceof PickleReader.Global type)
        || !(parts.get(2) instanceof String key)) {
      throw in.wrong("a persistent id ('storage', type, key, location, size)", "another value");
    }
    String dtype = dtype(type);
    if (dtype.isEmpty()) {
      return new PickledObject(type.toString(), parts);
    }
    long size = number(parts.get(4), "the size of a storage");
    int bytes = Elements.bytesOf(dtype);
    Integer before = storages.putIfAbsent(key, bytes);
    if (before != null && before != bytes) {
      throw in.wrong("storage '" + key + "' of one width, " + before + " bytes", bytes + " bytes");
    }
    if (parts.size() == 6 && parts.get(5) != null) {
      List<@Nullable Object> view = tuple(parts.get(5));
      long skip = number(view.size() == 3 ? view.get(1) : null, "the offset of a storage's view");
      long length = number(view.get(2), "the size of a storage's view");
      if (skip > size || length > size - skip) {
        throw in.wrong("a view within a storage of " + size, skip + " and " + length + " more");
      }
      return new TorchTensor.Storage(key, dtype, skip, length);
    }
    return new TorchTensor.Storage(key, dtype, 0, size);
  }

  private static String dtype(PickleReader.Global type) {
    return switch (type.toString()) {
      case "torch.FloatStorage", "torch.cuda.FloatStorage" -> "F32";
      case "torch.DoubleStorage", "torch.cuda.DoubleStorage" -> "F64";
      case "torch.HalfStorage", "torch.cuda.HalfStorage" -> "F16";
      case "torch.BFloat16Storage", "torch.cuda.BFloat16Storage" -> "BF16";
      case "torch.LongStorage", "torch.cuda.LongStorage" -> "I64";
      case "torch.IntStorage", "torch.cuda.IntStorage" -> "I32";
      case "torch.ShortStorage", "torch.cuda.ShortStorage" -> "I16";
      case "torch.CharStorage", "torch.cuda.CharStorage" -> "I8";
      case "torch.ByteStorage", "torch.cuda.ByteStorage", "torch.storage.UntypedStorage" -> "U8";
      case "torch.BoolStorage", "torch.cuda.BoolStorage" -> "BOOL";
      case "torch.ComplexFloatStorage" -> "C64";
      case "torch.ComplexDoubleStorage" -> "C128";
      default -> "";
    };
  }

  /// A view, from `(storage, offset, size, stride, ...)`, checked against its storage.
  private Object tensor(List<@Nullable Object> arguments) {
    if (arguments.size() < 4) {
      throw in.wrong("storage, offset, size and stride of a tensor", "" + arguments.size());
    }
    if (arguments.getFirst() instanceof PickledObject unknown) {
      return unknown;
    }
    if (!(arguments.getFirst() instanceof TorchTensor.Storage storage)) {
      throw in.wrong("the storage of a tensor", "another value");
    }
    long offset = number(arguments.get(1), "the offset of a tensor");
    List<@Nullable Object> sizes = tuple(arguments.get(2));
    List<@Nullable Object> steps = tuple(arguments.get(3));
    if (sizes.size() != steps.size() || sizes.size() > MAX_RANK) {
      throw in.wrong(
          "as many strides as extents, at most " + MAX_RANK, sizes.size() + " and " + steps.size());
    }
    int[] dims = new int[sizes.size()];
    long[] strides = new long[dims.length];
    try {
      long last = offset;
      long elements = 1;
      for (int i = 0; i < dims.length; i++) {
        dims[i] = Math.toIntExact(number(sizes.get(i), "an extent"));
        strides[i] = number(steps.get(i), "a stride");
        elements = Math.multiplyExact(elements, (long) dims[i]);
        last = Math.addExact(last, Math.multiplyExact(Math.max(0L, dims[i] - 1L), strides[i]));
      }
      boolean empty = elements == 0;
      if (empty ? offset > storage.size() : last >= storage.size()) {
        throw in.wrong(
            "a tensor within its storage of " + storage.size() + " elements", "element " + last);
      }
      if (elements > Math.max(MAX_EXPANDED, storage.size())) {
        throw in.wrong(
            "a view of a storage of " + storage.size() + " elements", elements + " elements");
      }
    } catch (ArithmeticException e) {
      FormatException large = in.wrong("a tensor that can be addressed", "one beyond 64 bits");
      large.initCause(e);
      throw large;
    }
    return new TorchTensor(storage, offset, Shape.of(dims), strides);
  }

  private Object dictionary(List<@Nullable Object> arguments) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (Object item : items(arguments)) {
      List<?> pair = item instanceof List<?> list ? list : tuple(item);
      if (pair.size() != 2) {
        throw in.wrong("pairs of key and value", pair.size() + " values");
      }
      map.put(key(pair.get(0)), pair.get(1));
    }
    return map;
  }

  private Object bytes(List<@Nullable Object> arguments) {
    if (arguments.isEmpty() || !(arguments.getFirst() instanceof String text)) {
      throw in.wrong("a string to encode", "another value");
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private List<@Nullable Object> items(List<@Nullable Object> arguments) {
    Object first = arguments.isEmpty() ? List.of() : arguments.getFirst();
    List<@Nullable Object> items =
        switch (first) {
          case List<?> list -> list(list);
          case PickledTuple tuple -> tuple.items();
          case Set<?> set -> new ArrayList<>(set(set));
          case null, default -> throw in.wrong("a list or tuple", "another value");
        };
    copied += items.size();
    if (copied > MAX_COPIED) {
      throw in.wrong("calls that copy at most " + MAX_COPIED + " values", "more");
    }
    return items;
  }

  List<@Nullable Object> tuple(@Nullable Object value) {
    if (value instanceof PickledTuple tuple) {
      return tuple.items();
    }
    throw in.wrong("a tuple", "another value");
  }

  private long number(@Nullable Object value, String what) {
    if (value instanceof Long number && number >= 0) {
      return number;
    }
    throw in.wrong(
        what + ", a whole number from 0", "" + (value instanceof Long n ? n : "another"));
  }

  /// What may be a key: scalars, and things that are equal to themselves alone.
  @Nullable Object key(@Nullable Object key) {
    return switch (key) {
      case null -> null;
      case String s -> s;
      case Long l -> l;
      case BigInteger b -> b;
      case Double d -> d;
      case Boolean b -> b;
      case PickledTuple t -> t;
      case PickledObject o -> o;
      case byte[] b -> b;
      default -> throw in.wrong("a key that can be looked up", "another value");
    };
  }

  @SuppressWarnings("unchecked") // every list on the stack was made by this package as one of these
  List<@Nullable Object> list(List<?> list) {
    return (List<@Nullable Object>) list;
  }

  @SuppressWarnings("unchecked") // as above
  Set<@Nullable Object> set(Set<?> set) {
    return (Set<@Nullable Object>) set;
  }

  @SuppressWarnings("unchecked") // as above
  Map<@Nullable Object, @Nullable Object> map(Map<?, ?> map) {
    return (Map<@Nullable Object, @Nullable Object>) map;
  }
}
