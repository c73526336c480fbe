package dev.espalier.cuda.emulator.code;

/** Operations that run one after the other, and how control leaves them. */
final class Block {
  /** How control leaves a block. */
  enum End {
    /** On to the next block. */
    FALL,
    /** To {@code target} for the lanes of the guard, to the next block for the others. */
    BRANCH,
    /** To one of {@code table}, by a register. */
    TABLE,
    /** The lanes of the guard end, the others go on to the next block. */
    EXIT,
    /** The warp stops at {@code barrier}. */
    BARRIER,
    /** The kernel reports a failure of its own. */
    TRAP
  }

  final int id;
  Op[] ops;
  End end = End.FALL;

  /** The predicate of a branch or an exit, or -1. */
  int guard = -1;

  boolean guardNegated;
  int next = -1;
  int target = -1;
  int[] table;
  int tableIndex;
  BarrierOp barrier;

  /** The instruction that ends it; of no meaning after {@link End#FALL}. */
  Op last;

  /** Where diverged lanes meet again, or -1 for not before their end. */
  int reconverge = -1;

  /** Whether a barrier or an exchange between lanes can follow. */
  boolean reachesSync;

  Block(int id) {
    this.id = id;
  }

  boolean isConditional() {
    return guard >= 0;
  }
}
