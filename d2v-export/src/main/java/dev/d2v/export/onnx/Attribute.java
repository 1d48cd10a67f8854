package dev.d2v.export.onnx;

/// A constant of a node: `AttributeProto`.
public sealed interface Attribute {
  /// Its name.
  String name();

  /// A whole number.
  record Whole(String name, long value) implements Attribute {}

  /// A float.
  record Real(String name, float value) implements Attribute {}

  /// A string.
  record Text(String name, String value) implements Attribute {}

  /// Whole numbers.
  record Wholes(String name, long... values) implements Attribute {}

  /// The message.
  default Wire encoded() {
    Wire wire = new Wire().text(1, name());
    return switch (this) {
      case Real r -> wire.real(2, r.value).number(20, 1);
      case Whole w -> wire.number(3, w.value).number(20, 2);
      case Text t -> wire.text(4, t.value).number(20, 3);
      case Wholes w -> {
        for (long value : w.values) {
          wire.number(8, value);
        }
        yield wire.number(20, 7);
      }
    };
  }
}
