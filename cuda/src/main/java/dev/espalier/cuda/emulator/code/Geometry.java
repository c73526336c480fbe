package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.LaunchShape;

/** Positions of blocks in a grid and of threads in a block. */
final class Geometry {
  private Geometry() {}

  /** The three coordinates of a position counted along x first. */
  static int[] coordinates(long linear, Extent extent) {
    return new int[] {
      (int) (linear % extent.x()),
      (int) (linear / extent.x() % extent.y()),
      (int) (linear / extent.x() / extent.y())
    };
  }

  static String text(long linear, Extent extent) {
    int[] at = coordinates(linear, extent);
    return "(%d, %d, %d)".formatted(at[0], at[1], at[2]);
  }

  /** What a special register holds. */
  static int special(
      SpecialRegister register, LaunchShape shape, int[] block, int thread, int totalShared) {
    Extent threads = shape.block();
    int[] at = coordinates(Math.min(thread, threads.count() - 1), threads);
    int lane = thread & 31;
    return switch (register) {
      case TID_X -> at[0];
      case TID_Y -> at[1];
      case TID_Z -> at[2];
      case NTID_X -> threads.x();
      case NTID_Y -> threads.y();
      case NTID_Z -> threads.z();
      case CTAID_X -> block[0];
      case CTAID_Y -> block[1];
      case CTAID_Z -> block[2];
      case NCTAID_X -> shape.grid().x();
      case NCTAID_Y -> shape.grid().y();
      case NCTAID_Z -> shape.grid().z();
      case LANEID -> lane;
      case WARPID -> thread >> 5;
      case NWARPID -> (int) ((threads.count() + 31) >> 5);
      case LANEMASK_EQ -> 1 << lane;
      case LANEMASK_LE -> (1 << lane) | ((1 << lane) - 1);
      case LANEMASK_LT -> (1 << lane) - 1;
      case LANEMASK_GE -> -(1 << lane);
      case LANEMASK_GT -> -(1 << lane) & ~(1 << lane);
      case DYNAMIC_SMEM_SIZE -> shape.sharedBytes();
      case TOTAL_SMEM_SIZE -> totalShared;
    };
  }
}
