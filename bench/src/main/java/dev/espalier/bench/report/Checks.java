package dev.espalier.bench.report;

/** Argument checks of the result records; each message names the field, its value and the rule. */
final class Checks {

  private Checks() {}

  static void present(String field, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
  }

  static void name(String field, String value) {
    present(field, value);
    if (value.isBlank()) {
      throw new IllegalArgumentException(field + " is blank");
    }
  }

  static void fraction(String field, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          field + " is " + value + ", must be a fraction from 0 to 1");
    }
  }

  static void atLeast(String field, double value, double least) {
    if (!(value >= least && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          field + " is " + Numbers.plain(value) + ", must be at least " + Numbers.plain(least));
    }
  }

  static void atLeast(String field, long value, long least) {
    within(field, value, least, Long.MAX_VALUE);
  }

  static void positive(String field, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(field + " is " + value + ", must be positive and finite");
    }
  }

  static void within(String field, long value, long least, long most) {
    if (value < least || value > most) {
      String rule = most == Long.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
      throw new IllegalArgumentException(field + " is " + value + ", must be " + rule);
    }
  }
}
