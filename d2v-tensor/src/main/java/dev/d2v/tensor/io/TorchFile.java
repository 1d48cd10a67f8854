package dev.d2v.tensor.io;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `torch.save` wrote (`.pt`, `.pth`, `.bin`): an archive, or the form before PyTorch 1.6. Any
/// value may be in it; its tensors have as names their keys and list indices joined by `/`, so
/// `{"model": {"_ema": {"w": t}}}` holds `model/_ema/w`.
///
/// Nothing that the file names is run: see [PickledObject]. Opening reads the pickle and checks
/// every tensor against the bytes that the file really has; numbers stay on the disk until they are
/// asked for. Strides and shared storages are honoured.
public final class TorchFile implements TensorFile {
  private static final int MAX_DEPTH = 64;
  private static final int NAME_ROOM = 1 << 16;

  private final MappedFile file;
  private final TorchStorages.Content content;
  private final Map<String, TorchTensor> tensors = new LinkedHashMap<>();
  private long visits;
  private long nameBytes;

  private TorchFile(MappedFile file, TorchStorages.Content content) {
    this.file = file;
    this.content = content;
    collect("", content.root(), 0);
  }

  /// Opens and checks a file.
  public static TorchFile open(Path path) throws IOException {
    // Shared, so that other threads than the one that opened a file may read it.
    MappedFile file = MappedFile.open(path, Arena.ofShared(), 2, "PyTorch");
    try {
      if (isArchive(file)) {
        return new TorchFile(file, TorchStorages.Archive.open(file));
      }
      byte[] magic = TorchStorages.Sequence.MAGIC;
      if (file.size() > magic.length && Arrays.equals(file.copy(0, magic.length), magic)) {
        return new TorchFile(file, TorchStorages.Sequence.open(file));
      }
      throw new FormatException(
          path,
          0,
          "a file of torch.save, an archive (PK) or torch's magic number",
          "bytes 0x%02x 0x%02x".formatted(file.copy(0, 1)[0], file.copy(1, 1)[0]));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static boolean isArchive(MappedFile file) {
    return file.size() >= 4 && file.bytes().get(MappedFile.INT, 0) == 0x04034b50;
  }

  /// Whether the file is an archive; false: the form before PyTorch 1.6.
  public boolean archive() {
    return content.storages() instanceof TorchStorages.Archive;
  }

  /// Reads all entries of an archive and compares them with their check sums; returns their number,
  /// 0 for the form before PyTorch 1.6, which has none. Opening does this for the pickle and for
  /// packed entries alone: PyTorch itself checks nothing and can be told to write no sums.
  ///
  /// @throws FormatException naming the first entry that is not what it was
  public int checkSums() {
    return content.storages() instanceof TorchStorages.Archive archive
        ? archive.zip().checkSums()
        : 0;
  }

  /// The whole value, not to be changed: null, Boolean, Long, `BigInteger`, Double, String,
  /// `byte[]`, List, Map, Set, [PickledTuple], [TorchTensor], [PickledObject]. Lists and maps that
  /// do not lie in a placeholder nest at most 64 deep and hold nothing of which they are a part.
  public @Nullable Object root() {
    return content.root();
  }

  /// A tensor with its strides.
  public TorchTensor tensor(String name) {
    TorchTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s'; it has %s".formatted(file.file(), name, tensors.keySet()));
    }
    return tensor;
  }

  private void collect(String name, @Nullable Object value, int depth) {
    // A value that is used again is visited again; a small file must not make that endless.
    if (depth > MAX_DEPTH || ++visits > 64 + 8L * content.objects()) {
      throw new FormatException(
          file.file(), 0, "values nested at most " + MAX_DEPTH + " deep", "more at " + name);
    }
    switch (value) {
      case Map<?, ?> map -> map.forEach((key, v) -> collectPart(name, key, v, depth));
      case List<?> list -> collectAll(name, list, depth);
      case PickledTuple tuple -> collectAll(name, tuple.items(), depth);
      case TorchTensor tensor -> add(name, tensor);
      case null, default -> {}
    }
  }

  private void collectAll(String name, List<?> list, int depth) {
    for (int i = 0; i < list.size(); i++) {
      collectPart(name, i, list.get(i), depth);
    }
  }

  private void collectPart(String name, @Nullable Object key, @Nullable Object value, int depth) {
    boolean holds =
        value instanceof Map
            || value instanceof List
            || value instanceof PickledTuple
            || value instanceof TorchTensor;
    if (holds) {
      String part = key instanceof byte[] ? "bytes" : String.valueOf(key);
      nameBytes += name.length() + part.length() + 1;
      if (nameBytes > NAME_ROOM + 2 * file.size()) {
        throw new FormatException(
            file.file(), 0, "names of tensors no longer than the file", nameBytes + " characters");
      }
      collect(name.isEmpty() ? part : name + "/" + part, value, depth + 1);
    }
  }

  private void add(String name, TorchTensor tensor) {
    TorchTensor.Storage storage = tensor.storage();
    int width = Elements.bytesOf(storage.dtype());
    long elements = storage.skip() + storage.size();
    if (elements < 0 || elements > Long.MAX_VALUE / 16) {
      throw new FormatException(file.file(), 0, "a storage that can be addressed", "" + elements);
    }
    content.storages().check(storage.key(), width * elements);
    if (tensors.put(name, tensor) != null) {
      throw new FormatException(file.file(), 0, "each name once", "a second '" + name + "'");
    }
  }

  @Override
  public Path path() {
    return file.file();
  }

  @Override
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /// None: what else the file holds is in [#root].
  @Override
  public Map<String, String> metadata() {
    return Collections.emptyMap();
  }

  @Override
  public Entry entry(String name) {
    TorchTensor tensor = tensor(name);
    int width = Elements.bytesOf(tensor.dtype());
    long begin =
        content.storages().begin(tensor.storageKey())
            + width * (tensor.storage().skip() + tensor.offset());
    return new Entry(
        name, tensor.dtype(), tensor.shape(), file.file(), begin, begin + width * tensor.span());
  }

  @Override
  public float[] floats(String name) {
    return elements(name).floats();
  }

  @Override
  public int[] ints(String name) {
    return elements(name).ints();
  }

  @Override
  public void read(String name, Tensor target, Backend backend) {
    elements(name).read(target, backend);
  }

  @Override
  public Optional<Tensor> inPlace(String name) {
    return elements(name).inPlace();
  }

  private Elements elements(String name) {
    TorchTensor tensor = tensor(name);
    MemorySegment bytes = content.storages().bytes(tensor.storageKey());
    long begin = Elements.bytesOf(tensor.dtype()) * (tensor.storage().skip() + tensor.offset());
    return new Elements(entry(name), bytes, begin, tensor.contiguous() ? null : tensor.strides());
  }

  /// Ends the mapping.
  @Override
  public void close() {
    file.close();
  }
}
