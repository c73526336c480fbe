package dev.espalier.cuda.emulator.code;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Finds where lanes that part at a branch meet again: at the branch's immediate post-dominator.
 *
 * <p>An edge into code that only runs to the kernel's end, without any barrier or exchange, is left
 * out of the graph where its sibling goes on to such an instruction: lanes that leave early must
 * not keep the others apart until the end. This is where the compiler's own synchronisation would
 * let them meet.
 */
final class Reconvergence {
  private final List<Block> blocks;
  private final int exit;

  Reconvergence(List<Block> blocks) {
    this.blocks = blocks;
    exit = blocks.size();
  }

  void compute() {
    int[][] successors = new int[exit][];
    for (Block block : blocks) {
      successors[block.id] = successors(block);
    }
    markSync(successors);
    int[] plain = postDominators(successors);
    int[] trimmed = postDominators(trim(successors));
    for (Block block : blocks) {
      int found = trimmed[block.id] >= 0 ? trimmed[block.id] : plain[block.id];
      block.reconverge = found == exit ? -1 : found;
    }
  }

  private int[] successors(Block block) {
    return switch (block.end) {
      case FALL, BARRIER -> new int[] {block.next};
      case BRANCH ->
          block.isConditional() ? new int[] {block.target, block.next} : new int[] {block.target};
      case TABLE -> Arrays.stream(block.table).distinct().toArray();
      // The lanes that end are gone: where the others go on is all that counts.
      case EXIT -> block.isConditional() ? new int[] {block.next} : new int[] {exit};
      case TRAP -> block.isConditional() ? new int[] {block.next} : new int[] {};
    };
  }

  private void markSync(int[][] successors) {
    boolean changed = true;
    for (Block block : blocks) {
      block.reachesSync =
          block.end == Block.End.BARRIER
              || Arrays.stream(block.ops)
                  .anyMatch(op -> op instanceof ExchangeOp || op instanceof WarpWideOp);
    }
    while (changed) {
      changed = false;
      for (int i = exit - 1; i >= 0; i--) {
        Block block = blocks.get(i);
        if (!block.reachesSync
            && Arrays.stream(successors[i]).anyMatch(s -> s < exit && blocks.get(s).reachesSync)) {
          block.reachesSync = true;
          changed = true;
        }
      }
    }
  }

  private int[][] trim(int[][] successors) {
    int[][] trimmed = successors.clone();
    for (Block block : blocks) {
      int[] own = successors[block.id];
      if (own.length != 2) {
        continue;
      }
      for (int side = 0; side < 2; side++) {
        int gone = own[side];
        int kept = own[1 - side];
        if (gone < exit
            && kept < exit
            && !blocks.get(gone).reachesSync
            && blocks.get(kept).reachesSync
            && !reaches(successors, kept, gone)) {
          trimmed[block.id] = new int[] {kept};
        }
      }
    }
    return trimmed;
  }

  private boolean reaches(int[][] successors, int from, int to) {
    BitSet seen = new BitSet();
    List<Integer> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      int at = open.removeLast();
      if (at == to) {
        return true;
      }
      if (at < exit && !seen.get(at)) {
        seen.set(at);
        for (int next : successors[at]) {
          open.add(next);
        }
      }
    }
    return false;
  }

  /** The immediate post-dominator of each block; -1 where no way leads to the end. */
  private int[] postDominators(int[][] successors) {
    int[][] predecessors = reverse(successors);
    int[] order = new int[exit + 1];
    Arrays.fill(order, -1);
    List<Integer> postorder = postorder(predecessors);
    for (int i = 0; i < postorder.size(); i++) {
      order[postorder.get(i)] = i;
    }
    int[] dominator = new int[exit + 1];
    Arrays.fill(dominator, -1);
    dominator[exit] = exit;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = postorder.size() - 1; i >= 0; i--) {
        int block = postorder.get(i);
        if (block == exit) {
          continue;
        }
        int found = -1;
        for (int next : successors[block]) {
          if (dominator[next] >= 0) {
            found = found < 0 ? next : meet(dominator, order, found, next);
          }
        }
        if (found != dominator[block]) {
          dominator[block] = found;
          changed = true;
        }
      }
    }
    return dominator;
  }

  private static int meet(int[] dominator, int[] order, int a, int b) {
    int x = a;
    int y = b;
    while (x != y) {
      while (order[x] < order[y]) {
        x = dominator[x];
      }
      while (order[y] < order[x]) {
        y = dominator[y];
      }
    }
    return x;
  }

  private int[][] reverse(int[][] successors) {
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i <= exit; i++) {
      lists.add(new ArrayList<>());
    }
    for (int i = 0; i < exit; i++) {
      for (int next : successors[i]) {
        lists.get(next).add(i);
      }
    }
    return lists.stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  private List<Integer> postorder(int[][] edges) {
    List<Integer> out = new ArrayList<>();
    BitSet seen = new BitSet();
    int[] stack = new int[exit + 1];
    int[] position = new int[exit + 1];
    int depth = 0;
    stack[0] = exit;
    seen.set(exit);
    while (depth >= 0) {
      int at = stack[depth];
      if (position[at] < edges[at].length) {
        int next = edges[at][position[at]++];
        if (!seen.get(next)) {
          seen.set(next);
          stack[++depth] = next;
        }
      } else {
        out.add(at);
        depth--;
      }
    }
    return out;
  }
}
