package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An opcode taken apart.
 *
 * <p>Each modifier must be taken by who decodes the instruction; one that nobody took is refused,
 * so that no meaning is lost in silence.
 */
final class Opcode {
  private final Statement.Instruction instruction;
  private final String root;
  private final List<String> modifiers = new ArrayList<>();
  private final List<PtxType> types = new ArrayList<>();

  Opcode(Statement.Instruction instruction) {
    this.instruction = instruction;
    String[] parts = instruction.opcode().split("\\.", -1);
    root = parts[0];
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      PtxType type = PtxType.find(part);
      if (type == null) {
        modifiers.add(part);
      } else {
        types.add(type);
      }
    }
  }

  String root() {
    return root;
  }

  /** The whole opcode, as written. */
  String text() {
    return instruction.opcode();
  }

  /** Whether the modifier stands there; it counts as understood. */
  boolean take(String modifier) {
    return modifiers.remove(modifier);
  }

  /** The first of {@code choices} that stands there, or null. */
  String takeOneOf(String... choices) {
    for (String choice : choices) {
      if (modifiers.remove(choice)) {
        return choice;
      }
    }
    return null;
  }

  /** The last type: that of the sources where there are two. */
  PtxType type() {
    if (types.isEmpty()) {
      throw refuse("has no type the emulator knows");
    }
    return types.getLast();
  }

  PtxType type(int position) {
    if (position >= types.size()) {
      throw refuse("has too few types");
    }
    return types.get(position);
  }

  int types() {
    return types.size();
  }

  /** Refuses what was not understood. */
  void finish() {
    if (!modifiers.isEmpty()) {
      throw refuse("has the modifier '." + modifiers.getFirst() + "', which is not supported");
    }
  }

  RuntimeException refuse(String problem) {
    return instruction.refuse(problem);
  }

  RuntimeException unknown() {
    return refuse("is no instruction that the emulator knows");
  }
}
