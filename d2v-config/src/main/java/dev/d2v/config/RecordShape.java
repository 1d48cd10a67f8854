package dev.d2v.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The components of a configuration record: all of the reflection there is. A recipe has some
/// eighty fields in twelve records; reading, writing, checking and suggesting them by hand would be
/// four more lists that could each forget one (docs/adr/0002). Only public records of exported
/// packages are looked at, through their public constructor and accessors.
final class RecordShape {
  private final Class<?> type;
  private final List<Field> fields;

  private RecordShape(Class<?> type, List<Field> fields) {
    this.type = type;
    this.fields = fields;
  }

  /// One component: its key, its type, the type of its elements if it is a list, whether it may be
  /// null.
  record Field(RecordComponent component, Class<?> type, Class<?> element, boolean nullable) {
    String key() {
      return component.getName();
    }

    @Nullable Object of(Object record) {
      try {
        return component.getAccessor().invoke(record);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("cannot read " + component, e);
      }
    }
  }

  /// The shape of a record.
  static RecordShape of(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (RecordComponent c : type.getRecordComponents()) {
      Type generic = c.getGenericType();
      Class<?> element =
          generic instanceof ParameterizedType p
                  && p.getActualTypeArguments()[0] instanceof Class<?> e
              ? e
              : Object.class;
      boolean nullable = c.getAnnotatedType().isAnnotationPresent(Nullable.class);
      fields.add(new Field(c, c.getType(), element, nullable));
    }
    return new RecordShape(type, List.copyOf(fields));
  }

  /// The components in their order.
  List<Field> fields() {
    return fields;
  }

  /// The record of these values, in the order of the components; what its constructor refuses comes
  /// out as it is.
  Object create(@Nullable Object[] values) {
    Class<?>[] types = fields.stream().map(Field::type).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException("cannot create a " + type.getSimpleName(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot create a " + type.getSimpleName(), e);
    }
  }

  /// How the records that a sealed type permits are called in its `type` key: `ImageConfig` is
  /// `image`.
  static String tag(Class<?> permitted) {
    return permitted.getSimpleName().replaceFirst("Config$", "").toLowerCase(Locale.ROOT);
  }

  /// The record types that a section of this type may hold: itself, or what it permits.
  static List<Class<?>> records(Class<?> type) {
    return type.isSealed() ? Arrays.asList(type.getPermittedSubclasses()) : List.of(type);
  }

  /// Whether a value of this type is a section of its own.
  static boolean isSection(Class<?> type) {
    return type.isRecord() || type.isSealed();
  }

  /// How a constant is written: `SIN_COS` is `sin-cos`.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// All words of an enum.
  static List<String> words(Class<?> type) {
    List<String> words = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      words.add(word((Enum<?>) constant));
    }
    return words;
  }
}
