package dev.espalier.cuda.emulator.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies of the loops over 32 lanes, one for each function that a loop applies.
 *
 * <p>A loop that calls its function through an interface stays fast only while a process uses one
 * function. So each opcode gets a hidden class of its own, defined from the bytes of one template,
 * whose {@code static final} field holds the function: a constant that the JIT inlines.
 */
final class Templates {
  private static final Lookup LOOKUP = MethodHandles.lookup();
  private static final Map<String, MethodHandle> CONSTRUCTORS = new ConcurrentHashMap<>();

  private Templates() {}

  /**
   * A new instruction that runs {@code template}'s loop with {@code function}.
   *
   * @param key the opcode: the same key always comes with the same template and function
   */
  static LaneOp instance(String key, Class<? extends LaneOp> template, Object function) {
    MethodHandle constructor =
        CONSTRUCTORS.computeIfAbsent(key, _ -> constructor(template, function));
    try {
      return (LaneOp) constructor.invoke();
    } catch (Throwable e) {
      throw new LinkageError("an instance of " + template + " for " + key, e);
    }
  }

  /** What a template's static initialiser stores; null in the template itself. */
  static <T> T function(Lookup template, Class<T> type) {
    try {
      return MethodHandles.classData(template, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new LinkageError("the function of " + template.lookupClass(), e);
    }
  }

  private static MethodHandle constructor(Class<?> template, Object function) {
    String name = template.getName();
    String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      Lookup hidden = LOOKUP.defineHiddenClassWithClassData(in.readAllBytes(), function, true);
      return hidden
          .findConstructor(hidden.lookupClass(), MethodType.methodType(void.class))
          .asType(MethodType.methodType(LaneOp.class));
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("copying " + template, e);
    }
  }
}
