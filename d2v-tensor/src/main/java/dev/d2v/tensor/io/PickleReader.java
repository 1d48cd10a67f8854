package dev.d2v.tensor.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a pickle, protocols 0 to 5, and runs nothing that it names.
///
/// None becomes null; bool, int, float and str become Boolean, Long (or BigInteger), Double and
/// String; bytes `byte[]`; list, dict and set List, Map and Set; a tuple [PickledTuple]. What a
/// pickle builds by calling something is made by [PickleCalls] for the few names it knows, and is a
/// [PickledObject] otherwise.
///
/// The limits below bound the memory that a small hostile pickle can take; keys of maps are scalars
/// or compare by identity, so that no comparison is deep.
final class PickleReader {
  private static final int MAX_OBJECTS = 1 << 20;
  private static final int MAX_STACK = 1 << 20;
  private static final int MAX_MEMO = 1 << 20;
  private static final long MAX_BYTES = 64L << 20;
  private static final long MAX_STRING = 16L << 20;

  private final PickleInput in;
  private final PickleCalls calls;
  private final List<@Nullable Object> stack = new ArrayList<>();
  private int[] marks = new int[16];
  private int markCount;
  private @Nullable Object[] memo = new Object[64];
  private boolean[] memoised = new boolean[64];
  private int memoCount;
  private int objects;

  private PickleReader(PickleInput in) {
    this.in = in;
    this.calls = new PickleCalls(in);
  }

  /// A class or function by its name.
  record Global(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /// What was read.
  ///
  /// @param value the pickled value
  /// @param objects how many values it was made of
  /// @param sizes bytes of an element of every storage that it names
  record Result(@Nullable Object value, int objects, Map<String, Integer> sizes) {}

  /// The value of the pickle that begins at the input's position; the position is behind it then.
  static Result read(PickleInput in) {
    PickleReader reader = new PickleReader(in);
    long begin = in.position();
    while (true) {
      int op = in.unsignedByte();
      if (op == '.') {
        Object value = reader.pop();
        return new Result(value, reader.objects, reader.calls.storages());
      }
      if (in.position() - begin > MAX_BYTES) {
        throw in.wrong("a pickle of at most " + MAX_BYTES + " bytes", "a longer one");
      }
      reader.step(op);
    }
  }

  private void step(int op) {
    if (!scalar(op) && !text(op) && !container(op) && !object(op)) {
      throw in.wrong("an opcode of a pickle", "0x%02x before it".formatted(op));
    }
  }

  private boolean scalar(int op) {
    switch (op) {
      case 0x80 -> {
        int protocol = in.unsignedByte();
        if (protocol > 5) {
          throw in.wrong("pickle protocol 0 to 5", "" + protocol);
        }
      }
      case 0x95 -> in.signedLong();
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'I' -> {
        String line = in.line();
        boolean truth = line.equals("00") || line.equals("01");
        push(truth ? (Object) line.equals("01") : in.decimal(line));
      }
      case 'L' -> push(in.decimal(in.line()));
      case 'J' -> push((long) in.signedInt());
      case 'K' -> push((long) in.unsignedByte());
      case 'M' -> push((long) in.unsignedShort());
      case 0x8a -> push(in.integer(in.unsignedByte()));
      case 0x8b -> push(in.integer(in.signedInt()));
      case 'F' -> push(in.real(in.line()));
      case 'G' -> push(in.bigEndianDouble());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean text(int op) {
    switch (op) {
      case 'X', 'T' -> make(in.utf8(in.length4(), MAX_STRING));
      case 0x8c, 'U' -> make(in.utf8(in.unsignedByte(), MAX_STRING));
      case 0x8d -> make(in.utf8(in.signedLong(), MAX_STRING));
      case 'V' -> make(in.line());
      case 'S' -> {
        String line = in.line();
        boolean quoted = line.length() > 1 && "'\"".indexOf(line.charAt(0)) >= 0;
        make(quoted ? line.substring(1, line.length() - 1) : line);
      }
      case 'B' -> make(in.take(in.length4(), MAX_STRING));
      case 'C' -> make(in.take(in.unsignedByte(), MAX_STRING));
      case 0x8e, 0x96 -> make(in.take(in.signedLong(), MAX_STRING));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean container(int op) {
    switch (op) {
      case '(' -> mark();
      case '0' -> drop();
      case '1' -> popMark();
      case '2' -> push(top());
      case ']' -> make(new ArrayList<@Nullable Object>());
      case 'l' -> make(new ArrayList<>(popMark()));
      case ')' -> make(new PickledTuple(List.of()));
      case 't' -> make(new PickledTuple(popMark()));
      case 0x85, 0x86, 0x87 -> make(new PickledTuple(pop(op - 0x84)));
      case '}' -> make(new LinkedHashMap<@Nullable Object, @Nullable Object>());
      case 'd' -> {
        List<@Nullable Object> pairs = popMark();
        make(new LinkedHashMap<@Nullable Object, @Nullable Object>());
        setItems(pairs);
      }
      case 0x8f -> make(new LinkedHashSet<@Nullable Object>());
      case 0x91 -> {
        List<@Nullable Object> items = popMark();
        make(new LinkedHashSet<@Nullable Object>());
        append(items);
      }
      case 'a' -> append(pop(1));
      case 'e', 0x90 -> append(popMark());
      case 's' -> setItems(pop(2));
      case 'u' -> setItems(popMark());
      case 'p' -> put(in.decimal(in.line()).longValue());
      case 'q' -> put(in.unsignedByte());
      case 'r' -> put(in.length4());
      case 0x94 -> put(memoCount);
      case 'g' -> get(in.decimal(in.line()).longValue());
      case 'h' -> get(in.unsignedByte());
      case 'j' -> get(in.length4());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean object(int op) {
    switch (op) {
      case 'c' -> make(new Global(in.line(), in.line()));
      case 0x93 -> {
        List<@Nullable Object> names = pop(2);
        make(new Global(String.valueOf(scalarName(names.get(0))), scalarName(names.get(1))));
      }
      case 'R', 0x81 -> {
        List<@Nullable Object> call = pop(2);
        make(calls.call(call.get(0), calls.tuple(call.get(1))));
      }
      case 0x92 -> {
        List<@Nullable Object> call = pop(3);
        make(calls.call(call.get(0), calls.tuple(call.get(1))));
      }
      case 'i' -> make(calls.call(new Global(in.line(), in.line()), popMark()));
      case 'o' -> {
        List<@Nullable Object> call = popMark();
        if (call.isEmpty()) {
          throw in.wrong("a class to make an object of", "nothing");
        }
        make(calls.call(call.getFirst(), call.subList(1, call.size())));
      }
      case 'b' -> {
        Object state = pop();
        calls.build(top(), state);
      }
      case 'Q' -> make(calls.persistent(pop()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private String scalarName(@Nullable Object value) {
    if (value instanceof String s) {
      return s;
    }
    throw in.wrong("the name of a class", "another value");
  }

  private void make(@Nullable Object value) {
    if (++objects > MAX_OBJECTS) {
      throw in.wrong("a pickle of at most " + MAX_OBJECTS + " objects", "more");
    }
    push(value);
  }

  private void push(@Nullable Object value) {
    if (stack.size() >= MAX_STACK) {
      throw in.wrong("at most " + MAX_STACK + " values at a time", "more");
    }
    stack.add(value);
  }

  private void mark() {
    if (markCount >= MAX_STACK) {
      throw in.wrong("at most " + MAX_STACK + " marks at a time", "more");
    }
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * marks.length);
    }
    marks[markCount++] = stack.size();
  }

  private int floor() {
    return markCount == 0 ? 0 : marks[markCount - 1];
  }

  private @Nullable Object top() {
    if (stack.size() <= floor()) {
      throw in.wrong("a value on the stack", "none");
    }
    return stack.getLast();
  }

  private @Nullable Object pop() {
    Object value = top();
    stack.removeLast();
    return value;
  }

  private List<@Nullable Object> pop(int count) {
    if (stack.size() - floor() < count) {
      throw in.wrong(count + " values on the stack", "" + (stack.size() - floor()));
    }
    return popFrom(stack.size() - count);
  }

  private void drop() {
    if (stack.size() == floor() && markCount > 0) {
      markCount--;
    } else {
      pop();
    }
  }

  private List<@Nullable Object> popMark() {
    if (markCount == 0) {
      throw in.wrong("a mark on the stack", "none");
    }
    return popFrom(marks[--markCount]);
  }

  private List<@Nullable Object> popFrom(int from) {
    List<@Nullable Object> tail = stack.subList(from, stack.size());
    List<@Nullable Object> items = new ArrayList<>(tail);
    tail.clear();
    return items;
  }

  private void append(List<@Nullable Object> items) {
    switch (top()) {
      case List<?> list -> calls.list(list).addAll(items);
      case Set<?> set -> items.forEach(item -> calls.set(set).add(calls.key(item)));
      case PickledObject object -> items.forEach(object::append);
      case null, default -> throw in.wrong("a list to append to", "another value");
    }
  }

  private void setItems(List<@Nullable Object> pairs) {
    if (pairs.size() % 2 != 0) {
      throw in.wrong("a value for every key", pairs.size() + " keys and values");
    }
    Object target = top();
    for (int i = 0; i < pairs.size(); i += 2) {
      Object key = calls.key(pairs.get(i));
      switch (target) {
        case Map<?, ?> map -> calls.map(map).put(key, pairs.get(i + 1));
        case PickledObject object -> object.put(key, pairs.get(i + 1));
        case null, default -> throw in.wrong("a dictionary to put into", "another value");
      }
    }
  }

  private void put(long index) {
    if (index < 0 || index >= MAX_MEMO) {
      throw in.wrong("a memo of at most " + MAX_MEMO + " values", "place " + index);
    }
    int at = (int) index;
    if (at >= memo.length) {
      int length = Math.max(at + 1, 2 * memo.length);
      memo = Arrays.copyOf(memo, length);
      memoised = Arrays.copyOf(memoised, length);
    }
    memoCount += memoised[at] ? 0 : 1;
    memoised[at] = true;
    memo[at] = top();
  }

  private void get(long index) {
    if (index < 0 || index >= memo.length || !memoised[(int) index]) {
      throw in.wrong("a place of the memo that was filled", "place " + index);
    }
    push(memo[(int) index]);
  }
}
