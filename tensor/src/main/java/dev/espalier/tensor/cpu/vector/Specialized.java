package dev.espalier.tensor.cpu.vector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;

/**
 * Copies of a loop class, one per operation.
 *
 * <p>A loop that calls its operation through an interface is fast only while the process uses one
 * operation: with more, the JIT compiles a virtual call and boxes every vector that passes it. So
 * each operation gets a hidden class of its own, defined from the bytes of one loop class (the
 * <em>template</em>), whose {@code static final} field holds the operation. The JIT treats that as
 * a constant and inlines it: as many machine-code loops as operations, and one source text.
 *
 * <p>What the JIT inlines is limited to 325 bytes of bytecode per method and about 35 vector
 * operations per loop; an operation beyond that must be split into two passes (see {@link
 * VectorUnary}).
 */
final class Specialized {
  private static final Lookup LOOKUP = MethodHandles.lookup();

  private Specialized() {}

  /**
   * An instance of a copy of {@code template}, whose static initialiser gets the operation from
   * {@link #operation}.
   */
  static <T> T copy(Class<? extends T> template, Class<T> type, Object operation) {
    try {
      Lookup hidden = LOOKUP.defineHiddenClassWithClassData(bytes(template), operation, true);
      var constructor =
          hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class));
      return type.cast(constructor.invoke());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("copying " + template + " for one operation failed: " + e, e);
    }
  }

  /**
   * What a template's static initialiser stores: its copy's operation; null in the template itself.
   */
  static <T> T operation(Lookup template, Class<T> type) {
    try {
      return MethodHandles.classData(template, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new LinkageError("the operation of " + template.lookupClass() + " cannot be read", e);
    }
  }

  private static byte[] bytes(Class<?> template) {
    String name = template.getName();
    String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      if (in == null) {
        throw new LinkageError(file + " is missing beside " + Specialized.class);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
