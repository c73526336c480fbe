package dev.espalier.bench.measure;

import java.util.Objects;
import java.util.stream.Stream;

/** What the fields of a row must be. */
final class RowCheck {
  private static final int LONGEST_NAME = 4096;

  private RowCheck() {}

  static void names(String... values) {
    for (String value : values) {
      if (value == null || value.length() > LONGEST_NAME) {
        throw new IllegalArgumentException("a name is missing or too long");
      }
      if (value.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("a name has control characters in it");
      }
    }
  }

  static void fraction(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(key + " must be from 0 to 1 but is " + value);
    }
  }

  static void positive(String key, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(key + " must be a number above 0 but is " + value);
    }
  }

  static void allOrNone(String keys, Object... values) {
    long missing = Stream.of(values).filter(Objects::isNull).count();
    if (missing != 0 && missing != values.length) {
      throw new IllegalArgumentException(keys + " must be there together or not at all");
    }
  }
}
