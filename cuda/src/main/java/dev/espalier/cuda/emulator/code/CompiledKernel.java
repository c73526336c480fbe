package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.Approximations;
import dev.espalier.cuda.emulator.ptx.PtxFunction;
import dev.espalier.cuda.emulator.ptx.PtxModule;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import dev.espalier.cuda.emulator.ptx.Statement;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A kernel ready to run. */
public final class CompiledKernel {
  private final PtxFunction function;
  final List<Block> blocks;
  final Registers registers;
  final int instructions;
  final int[] parameterOffsets;
  private final int parameterBytes;
  private final int staticSharedBytes;
  private final int localBytes;
  private final List<Statement> statements;
  private final boolean ordered;

  private CompiledKernel(
      PtxFunction function,
      List<Block> blocks,
      Registers registers,
      int[] parameterOffsets,
      int parameterBytes,
      int staticSharedBytes,
      int localBytes,
      List<Statement> statements) {
    this.function = function;
    this.blocks = blocks;
    this.registers = registers;
    this.parameterOffsets = parameterOffsets;
    this.parameterBytes = parameterBytes;
    this.staticSharedBytes = staticSharedBytes;
    this.localBytes = localBytes;
    this.statements = statements;
    int count = 0;
    boolean atomics = false;
    for (Block block : blocks) {
      count += block.ops.length + (block.last == null ? 0 : 1);
      for (Op op : block.ops) {
        atomics |= op instanceof AtomicOp atomic && atomic.space != StateSpace.SHARED;
      }
    }
    instructions = count;
    ordered = atomics;
  }

  /**
   * Decodes a kernel.
   *
   * @param globals the addresses of the module's global and constant variables
   * @throws dev.espalier.cuda.emulator.ptx.PtxException naming the line of what is not known
   */
  public static CompiledKernel compile(
      PtxModule module,
      PtxFunction kernel,
      Map<Variable, Long> globals,
      Approximations approximations) {
    Inliner.Flat flat = Inliner.flatten(module, kernel);
    Map<Variable, Long> addresses = new HashMap<>(globals);
    Layout shared = new Layout();
    Layout local = new Layout();
    module.variables().stream()
        .filter(v -> v.space() == StateSpace.SHARED && v.bytes() > 0)
        .filter(v -> isUsed(flat, v))
        .forEach(v -> addresses.put(v, shared.place(v)));
    for (Variable variable : flat.variables()) {
      switch (variable.space()) {
        case SHARED -> {
          if (variable.bytes() > 0) {
            addresses.put(variable, shared.place(variable));
          }
        }
        case LOCAL -> addresses.put(variable, local.place(variable));
        default -> {}
      }
    }
    // Dynamic shared memory begins where the static ends.
    long dynamic = shared.end(16);
    module.variables().stream()
        .filter(v -> v.space() == StateSpace.SHARED && v.bytes() == 0)
        .forEach(v -> addresses.put(v, dynamic));
    Map<Variable, Integer> offsets = new HashMap<>();
    Layout parameters = new Layout();
    int[] order = new int[kernel.parameters().size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) parameters.place(kernel.parameters().get(i));
      offsets.put(kernel.parameters().get(i), order[i]);
    }
    Registers registers = new Registers(addresses);
    Decoder decoder = new Decoder(registers, offsets, approximations);
    List<Block> blocks = new ControlFlow(decoder, registers).build(flat.statements());
    return new CompiledKernel(
        kernel,
        blocks,
        registers,
        order,
        (int) parameters.end(8),
        (int) dynamic,
        (int) local.end(16),
        flat.statements());
  }

  private static boolean isUsed(Inliner.Flat flat, Variable variable) {
    return flat.statements().stream().anyMatch(s -> s.toString().contains(variable.name()));
  }

  /** Places variables one after the other. */
  private static final class Layout {
    private long end;

    long place(Variable variable) {
      long at = align(end, variable.alignment());
      end = at + variable.bytes();
      return at;
    }

    long end(int alignment) {
      return align(end, alignment);
    }

    private static long align(long at, int alignment) {
      return (at + alignment - 1) / alignment * alignment;
    }
  }

  /** The entry's name. */
  public String name() {
    return function.name();
  }

  /** The function as it was parsed. */
  public PtxFunction function() {
    return function;
  }

  /** The bytes of all parameters. */
  public int parameterBytes() {
    return parameterBytes;
  }

  /** Where a parameter begins. */
  public int parameterOffset(int position) {
    return parameterOffsets[position];
  }

  /** Shared memory that the kernel declares itself. */
  public int staticSharedBytes() {
    return staticSharedBytes;
  }

  /** Local memory of one thread. */
  public int localBytes() {
    return localBytes;
  }

  /** How many registers a thread needs, by an estimate from what lives at once. */
  public int liveRegisters() {
    return LiveRegisters.estimate(statements);
  }

  /** Whether blocks must run one after the other, as they update memory they share. */
  public boolean isOrdered() {
    return ordered;
  }

  /** The bytes of the narrowest access to shared memory, at most 4. */
  int sharedGranule() {
    int narrowest = Integer.BYTES;
    for (Block block : blocks) {
      for (Op op : block.ops) {
        if (op instanceof MemoryOp memory
            && (memory.space == StateSpace.SHARED || memory.space == StateSpace.GENERIC)) {
          narrowest = Math.min(narrowest, memory.bytes);
        }
      }
    }
    return narrowest;
  }

  /** An instruction by its number: its line and opcode. */
  String instructionName(int index) {
    for (Block block : blocks) {
      for (Op op : block.ops) {
        if (op.index == index) {
          return "PTX line %d '%s'".formatted(op.origin.line(), op.origin.opcode());
        }
      }
    }
    return "instruction " + index;
  }
}
