package dev.espalier.cuda.emulator.machine;

import dev.espalier.cuda.emulator.Check;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The device's global memory.
 *
 * <p>Addresses are never used twice and a gap follows each allocation, so that an access after a
 * {@code free} or past an end is known for what it is.
 */
public final class DeviceHeap {
  private static final long FIRST_ADDRESS = 0x7000_0000_0000L;
  private static final int ALIGNMENT = 256;
  private static final long GAP = 1L << 20;
  private static final int REMEMBERED_FREED = 4096;

  private final long capacity;
  private final ConcurrentSkipListMap<Long, Allocation> live = new ConcurrentSkipListMap<>();
  private final TreeMap<Long, FreedRange> freed = new TreeMap<>();
  private long used;
  private long next = FIRST_ADDRESS;
  private int count;
  private byte stamp;

  /** What is left of a freed allocation: not its bytes. */
  private record FreedRange(long base, long size, String description) {}

  /** A heap of {@code capacity} bytes. */
  public DeviceHeap(long capacity) {
    this.capacity = capacity;
  }

  /** The bytes that may still be allocated. */
  public synchronized long freeBytes() {
    return capacity - used;
  }

  /** The bytes there are. */
  public long capacity() {
    return capacity;
  }

  /** Reserves bytes without content, or null if there are not enough. */
  public Allocation allocate(long bytes) {
    return allocate(null, bytes, false);
  }

  /** Reserves bytes for a variable of a module; they are zero. */
  public Allocation allocateVariable(String name, long bytes) {
    return allocate("variable " + name, bytes, true);
  }

  private synchronized Allocation allocate(String name, long bytes, boolean initialised) {
    if (bytes > capacity - used || bytes > Integer.MAX_VALUE - ALIGNMENT) {
      return null;
    }
    count++;
    String title = name == null ? "allocation #" + count : name;
    Allocation made = new Allocation(title, next, (int) bytes, initialised);
    live.put(next, made);
    used += bytes;
    next += (bytes + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return made;
  }

  /** Gives an allocation back; false if none begins at {@code address}. */
  public synchronized boolean free(long address) {
    Allocation allocation = live.remove(address);
    if (allocation == null) {
      return false;
    }
    allocation.free();
    used -= allocation.size;
    freed.put(address, new FreedRange(address, allocation.size, allocation.toString()));
    if (freed.size() > REMEMBERED_FREED) {
      freed.pollFirstEntry();
    }
    return true;
  }

  /** The live allocation that holds {@code bytes} bytes from {@code address}, or null. */
  public Allocation find(long address, long bytes) {
    Map.Entry<Long, Allocation> entry = live.floorEntry(address);
    if (entry == null) {
      return null;
    }
    Allocation allocation = entry.getValue();
    return address - allocation.base <= allocation.size - bytes ? allocation : null;
  }

  /** Which check an access to an address that is in no allocation fails. */
  public synchronized Check failedCheck(long address) {
    return freedAt(address) == null ? Check.BOUNDS : Check.USE_AFTER_FREE;
  }

  /** Says where an address lies that is in no allocation. */
  public synchronized String describe(long address) {
    FreedRange gone = freedAt(address);
    if (gone != null) {
      return "offset %d of %s, which was freed".formatted(address - gone.base, gone.description);
    }
    Map.Entry<Long, Allocation> before = live.floorEntry(address);
    Map.Entry<Long, Allocation> after = live.ceilingEntry(address);
    if (before != null && address - before.getKey() < before.getValue().size + GAP) {
      return "offset %d of %s".formatted(address - before.getKey(), before.getValue());
    }
    if (after != null && after.getKey() - address <= GAP) {
      return "%d bytes before %s".formatted(after.getKey() - address, after.getValue());
    }
    return address == 0 ? "the null pointer" : "near no allocation";
  }

  private FreedRange freedAt(long address) {
    Map.Entry<Long, FreedRange> entry = freed.floorEntry(address);
    return entry != null && address - entry.getKey() < entry.getValue().size
        ? entry.getValue()
        : null;
  }

  /** A mark for the sectors that the next launch touches. */
  public synchronized byte nextStamp() {
    stamp++;
    if (stamp == 0) {
      live.values().forEach(Allocation::clearStamps);
      stamp = 1;
    }
    return stamp;
  }

  /** The bytes of all sectors with that mark. */
  public long touchedBytes(byte mark) {
    return live.values().stream().mapToLong(a -> a.touchedBytes(mark)).sum();
  }

  /** The allocations that were not given back. */
  public Iterable<Allocation> allocations() {
    return live.values();
  }
}
