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
    private final Device device;
    private final String holder;
    private final DType dtype;
    private final Shape shape;
    private final long bytes;

    Entry(Device device, String holder, DType dtype, Shape shape, long bytes) {
      this.device = device;
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

  static Entry add(Device device, String holder, DType dtype, Shape shape, long bytes) {
    var entry = new Entry(device, holder, dtype, shape, bytes);
    LIVE.add(entry);
    return entry;
  }

  static void remove(Entry entry) {
    LIVE.remove(entry);
  }

  static int count() {
    return LIVE.size();
  }

  /**
   * Runs a collection, as off-heap pressure does not start one by itself, and waits until the
   * storages of unreachable tensors are released.
   */
  static void collectUnreachable() {
    int before = count();
    int last = before;
    System.gc();
    for (int wait = 0; wait < 20; wait++) {
      try {
        Thread.sleep(10); // the cleaner thread runs after the collection, at its own time
        int now = count();
        if (now < before && now == last) {
          return;
        }
        last = now;
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * The largest holders of a device's memory, one per line: bytes, count, scope, element type and
   * shape.
   */
  static String report(Device device, int lines) {
    Map<Group, Total> groups = new LinkedHashMap<>();
    for (Entry entry : LIVE) {
      if (entry.device.equals(device)) {
        groups.merge(
            new Group(entry.holder, entry.dtype, entry.shape),
            new Total(1, entry.bytes),
            Total::plus);
      }
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
