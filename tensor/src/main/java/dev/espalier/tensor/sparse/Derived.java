package dev.espalier.tensor.sparse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What kernels have worked out from a pattern, such as another order of its entries: it lives as
 * long as the pattern, so that training and inference pay for it once.
 */
public final class Derived {
  private final Map<Class<?>, Object> known = new ConcurrentHashMap<>();

  Derived() {}

  /** What is known under this type, made by {@code make} the first time. */
  public <T> T get(Class<T> type, Supplier<T> make) {
    Object there = known.get(type); // without a capturing lambda for what is nearly always known
    return type.cast(there == null ? known.computeIfAbsent(type, _ -> make.get()) : there);
  }

  /** What is known under this type, or null. */
  public <T> T find(Class<T> type) {
    return type.cast(known.get(type));
  }
}
