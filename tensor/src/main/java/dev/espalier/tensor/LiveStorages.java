package dev.espalier.tensor;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The storages alive now and who holds them, for the out-of-memory message and the leak report. */
final class LiveStorages {
  /** One live storage; identity matters, so it is a class. */
  static final class Entry {
    private final String holder;
    private final DType dtype;
    private final Shape shape;
    private final long bytes;

    Entry(String holder, DType dtype, Shape shape, long bytes) {
      this.holder = holder;
      this.dtype = dtype;
      this.shape = shape;
      this.bytes = bytes;
    }
  }

  private record Group(String holder, DType dtype, Shape shape) {}

  private record Total(int count, long bytes) {
    Total plus(Total other) {
      return new Total(count + other.count, bytes + other.bytes);
    }
  }

  private static final Set<Entry> LIVE = ConcurrentHashMap.newKeySet();

  private LiveStorages() {}

  static Entry add(String holder, DType dtype, Shape shape, long bytes) {
    var entry = new Entry(holder, dtype, shape, bytes);
    LIVE.add(entry);
    return entry;
  }

  static void remove(Entry entry) {
    LIVE.remove(entry);
  }

  static int count() {
    return LIVE.size();
  }

  /** The largest holders, one per line: bytes, count, scope, element type and shape. */
  static String report(int lines) {
    Map<Group, Total> groups = new LinkedHashMap<>();
    for (Entry entry : LIVE) {
      groups.merge(
          new Group(entry.holder, entry.dtype, entry.shape),
          new Total(1, entry.bytes),
          Total::plus);
    }
    var text = new StringBuilder();
    groups.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<Group, Total> e) -> -e.getValue().bytes())
                .thenComparing(e -> e.getKey().toString()))
        .limit(lines)
        .forEach(
            e ->
                text.append(
                    "%n  %,d bytes in %d of %s %s held by %s"
                        .formatted(
                            e.getValue().bytes(),
                            e.getValue().count(),
                            e.getKey().dtype(),
                            e.getKey().shape(),
                            e.getKey().holder())));
    return text.toString();
  }
}
