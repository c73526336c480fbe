package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.BlockState;
import dev.espalier.cuda.emulator.ptx.StateSpace;

/** State spaces by their names in opcodes. */
final class AddressSpaces {
  private AddressSpaces() {}

  /** Where a space begins among generic addresses. */
  static long window(String space) {
    return switch (space) {
      case "shared", "shared::cta" -> BlockState.SHARED_WINDOW;
      case "local" -> BlockState.LOCAL_WINDOW;
      default -> 0;
    };
  }

  /** The space that a memory instruction names; generic if none. */
  static StateSpace take(Opcode opcode) {
    String space = opcode.takeOneOf("global", "const", "shared", "shared::cta", "local", "param");
    if (space == null) {
      return StateSpace.GENERIC;
    }
    return switch (space) {
      case "global" -> StateSpace.GLOBAL;
      case "const" -> StateSpace.CONST;
      case "shared", "shared::cta" -> StateSpace.SHARED;
      case "local" -> StateSpace.LOCAL;
      default -> StateSpace.PARAM;
    };
  }
}
