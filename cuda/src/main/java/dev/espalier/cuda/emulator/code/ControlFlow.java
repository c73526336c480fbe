package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Operand;
import dev.espalier.cuda.emulator.ptx.PtxType;
import dev.espalier.cuda.emulator.ptx.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cuts a kernel into blocks and links them. */
final class ControlFlow {
  private final Decoder decoder;
  private final Registers registers;
  private final List<Block> blocks = new ArrayList<>();
  private final Map<String, Block> labels = new HashMap<>();
  private final Map<String, List<String>> tables = new HashMap<>();
  private final Map<Block, Statement.Instruction> jumps = new HashMap<>();
  private final List<Op> ops = new ArrayList<>();
  private Block current;

  ControlFlow(Decoder decoder, Registers registers) {
    this.decoder = decoder;
    this.registers = registers;
  }

  /** The blocks; control enters at the first. */
  List<Block> build(List<Statement> statements) {
    start();
    String label = null;
    for (Statement statement : statements) {
      switch (statement) {
        case Statement.Label(String name) -> {
          label = name;
          if (!ops.isEmpty()) {
            startNext();
          }
          labels.put(name, current);
        }
        case Statement.Instruction instruction -> {
          if (instruction.opcode().equals(".branchtargets")) {
            tables.put(label, instruction.operands().stream().map(ControlFlow::symbol).toList());
          } else {
            instruction(instruction);
          }
        }
      }
    }
    // A function may end without a return.
    end(Block.End.EXIT, null);
    link();
    shortcutExits();
    number();
    new Reconvergence(blocks).compute();
    return blocks;
  }

  private static String symbol(Operand operand) {
    return operand instanceof Operand.Symbol(_, String name) ? name : operand.toString();
  }

  private void start() {
    current = new Block(blocks.size());
    blocks.add(current);
    ops.clear();
  }

  /** Ends the block where control simply goes on. */
  private void startNext() {
    current.ops = ops.toArray(Op[]::new);
    current.next = current.id + 1;
    start();
  }

  private void instruction(Statement.Instruction instruction) {
    switch (instruction.root()) {
      case "bra" -> {
        jumps.put(current, instruction);
        end(Block.End.BRANCH, instruction);
        start();
      }
      case "brx" -> {
        jumps.put(current, instruction);
        current.tableIndex = registers.source(instruction.operands().get(0), PtxType.U32);
        end(Block.End.TABLE, instruction);
        start();
      }
      case "ret", "exit" -> {
        end(Block.End.EXIT, instruction);
        start();
      }
      case "trap" -> {
        end(Block.End.TRAP, instruction);
        start();
      }
      default -> {
        for (Op op : decoder.decode(instruction)) {
          if (op instanceof BarrierOp barrier) {
            if (op.guard >= 0) {
              throw instruction.refuse("under a predicate is not supported; use a branch");
            }
            current.barrier = barrier;
            end(Block.End.BARRIER, instruction);
            current.last = barrier;
            start();
          } else {
            ops.add(op);
          }
        }
      }
    }
  }

  private void end(Block.End end, Statement.Instruction instruction) {
    current.ops = ops.toArray(Op[]::new);
    current.end = end;
    current.next = current.id + 1;
    if (instruction != null) {
      registers.at(instruction.line());
      if (instruction.guard() != null) {
        current.guard = registers.predicate(instruction.guard());
        current.guardNegated = instruction.guard().negated();
      }
      current.last = new Jump(instruction);
    }
  }

  /** Stands for the instruction that ends a block, in counts and messages. */
  private static final class Jump extends Op {
    Jump(Statement.Instruction instruction) {
      origin = instruction;
      opClass = InstructionClass.BRANCH;
    }

    @Override
    void execute(Warp warp, int mask) {
      throw new IllegalStateException("a jump is run by the warp's control");
    }
  }

  private void link() {
    jumps.forEach(
        (block, instruction) -> {
          List<Operand> operands = instruction.operands();
          if (block.end == Block.End.BRANCH) {
            block.target = find(instruction, symbol(operands.get(0)));
          } else {
            List<String> targets = tables.get(symbol(operands.get(1)));
            if (targets == null) {
              throw instruction.refuse("has no list of targets");
            }
            block.table = targets.stream().mapToInt(name -> find(instruction, name)).toArray();
          }
        });
  }

  private int find(Statement.Instruction instruction, String label) {
    Block block = labels.get(label);
    if (block == null) {
      throw instruction.refuse("jumps to '" + label + "', which is nowhere");
    }
    return block.id;
  }

  /** Lets jumps to a mere return end the lanes at once, as the hardware does. */
  private void shortcutExits() {
    for (Block block : blocks) {
      if (block.end == Block.End.BRANCH && isReturn(block.target)) {
        block.end = Block.End.EXIT;
        block.target = -1;
      } else if (block.end == Block.End.FALL && isReturn(block.next)) {
        block.end = Block.End.EXIT;
      }
    }
  }

  private boolean isReturn(int id) {
    Block block = blocks.get(id);
    for (int steps = 0; steps < blocks.size() && block.ops.length == 0; steps++) {
      if (block.end == Block.End.EXIT && !block.isConditional()) {
        return true;
      }
      if (block.end == Block.End.FALL) {
        block = blocks.get(block.next);
      } else if (block.end == Block.End.BRANCH && !block.isConditional()) {
        block = blocks.get(block.target);
      } else {
        return false;
      }
    }
    return false;
  }

  private void number() {
    int number = 0;
    for (Block block : blocks) {
      for (Op op : block.ops) {
        op.index = number++;
      }
      if (block.last != null) {
        block.last.index = number++;
      }
    }
  }
}
