package dev.d2v.data;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Asserts that unusable data are refused with a sentence that says why.
public final class Refused {
  private Refused() {}

  /// `action` fails with a [DataException] whose message contains `because`.
  public static void assertRefused(String because, Runnable action) {
    String message = String.valueOf(assertThrows(DataException.class, action::run).getMessage());
    assertTrue(message.contains(because), message);
  }
}
