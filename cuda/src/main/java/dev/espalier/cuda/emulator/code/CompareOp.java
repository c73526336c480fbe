package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;

/** A comparison, joined with a predicate where it has one, stored as it is and complemented. */
abstract class CompareOp extends LaneOp {
  /** How a comparison is joined with the predicate {@code c}. */
  enum Join {
    NONE,
    AND,
    OR,
    XOR
  }

  /** The predicate that takes the complement, or -1. */
  int complement = -1;

  Join join = Join.NONE;
  boolean joinNegated;

  final void store(Warp warp, int mask, int bits) {
    int[] predicates = warp.predicates;
    int first = bits;
    int second = ~bits;
    if (join != Join.NONE) {
      int other = joinNegated ? ~predicates[c] : predicates[c];
      first = join(first, other);
      second = join(second, other);
    }
    if (d >= 0) {
      predicates[d] = (predicates[d] & ~mask) | (first & mask);
    }
    if (complement >= 0) {
      predicates[complement] = (predicates[complement] & ~mask) | (second & mask);
    }
  }

  private int join(int bits, int other) {
    return switch (join) {
      case AND -> bits & other;
      case OR -> bits | other;
      case XOR -> bits ^ other;
      case NONE -> bits;
    };
  }
}
