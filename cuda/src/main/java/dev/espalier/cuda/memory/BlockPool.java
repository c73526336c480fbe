package dev.espalier.cuda.memory;

import dev.espalier.tensor.spi.SizeClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Free blocks by size class; its {@link DeviceAllocator} guards it. */
final class BlockPool {
  @SuppressWarnings({"unchecked", "rawtypes"})
  private final ArrayDeque<DeviceBuffer>[] free = new ArrayDeque[SizeClasses.COUNT];

  /** Where blocks that come back go, once a pool has been closed. */
  private BlockPool heir = this;

  /**
   * Takes a block of a class: one that no other stream has used if there is any, as it needs no
   * waiting, else the one freed longest ago, whose work is most likely done; null if there is none.
   */
  DeviceBuffer take(int sizeClass, OrderedStream stream) {
    ArrayDeque<DeviceBuffer> list = free[sizeClass];
    if (list == null) {
      return null;
    }
    for (Iterator<DeviceBuffer> blocks = list.iterator(); blocks.hasNext(); ) {
      DeviceBuffer block = blocks.next();
      if (block.isOnlyOf(stream)) {
        blocks.remove();
        return block;
      }
    }
    return list.pollLast();
  }

  void put(DeviceBuffer block) {
    BlockPool target = heir;
    if (target.free[block.sizeClass()] == null) {
      target.free[block.sizeClass()] = new ArrayDeque<>();
    }
    target.free[block.sizeClass()].addFirst(block);
    block.moveTo(target);
  }

  /** Empties the pool. */
  List<DeviceBuffer> drain() {
    List<DeviceBuffer> blocks = new ArrayList<>();
    for (ArrayDeque<DeviceBuffer> list : free) {
      if (list != null) {
        blocks.addAll(list);
        list.clear();
      }
    }
    return blocks;
  }

  /** Hands everything to another pool, and what comes back later too. */
  void closeInto(BlockPool target) {
    heir = target;
    drain().forEach(target::put);
  }
}
