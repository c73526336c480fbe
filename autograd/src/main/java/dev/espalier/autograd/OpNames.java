package dev.espalier.autograd;

/** The names of operations, made once per class. */
final class OpNames {
  static final ClassValue<String> DEFAULT =
      new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
          String simple = type.getSimpleName();
          return simple.isEmpty()
              ? type.getName()
              : Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
        }
      };

  private OpNames() {}
}
