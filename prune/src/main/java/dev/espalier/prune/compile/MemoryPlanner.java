package dev.espalier.prune.compile;

import dev.espalier.prune.compile.MemoryPlan.Buffer;
import dev.espalier.prune.compile.Program.Instruction;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds each slot's last reader and gives slots that are never needed together one place.
 *
 * <p>Elementwise steps write over an operand that nobody reads afterwards. Places are given to the
 * largest buffers first, each at the lowest offset where it meets no other of its time. Source: Y.
 * Pisarchyk, J. Lee, Efficient Memory Management for Deep Neural Net Inference (2020), "greedy by
 * size for offset calculation".
 */
final class MemoryPlanner {
  /** A cache line, in bytes. */
  static final long ALIGNMENT = 64;

  private final Program program;
  private final Shape[] shapes;
  private final boolean[] channelMajor;
  private final Groups owners;
  private final int[] lastReader;

  /** Where each slot's memory comes from: the number of a buffer, or one of these. */
  static final int INPUT = -1;

  static final int OUTPUT = -2;

  private MemoryPlanner(Program program, Shape[] shapes, boolean[] channelMajor) {
    this.program = program;
    this.shapes = shapes;
    this.channelMajor = channelMajor;
    this.owners = new Groups(shapes.length);
    this.lastReader = new int[shapes.length];
  }

  /**
   * A plan with the place of each slot.
   *
   * @param buffers for each slot the index of its buffer in the plan, or {@link #INPUT} for views
   *     of the model's input, or {@link #OUTPUT} for the model's output where it is no view
   */
  record Placed(MemoryPlan plan, int[] buffers) {}

  static Placed plan(Program program, Shape[] shapes, boolean[] channelMajor) {
    var planner = new MemoryPlanner(program, shapes, channelMajor);
    planner.findReaders();
    planner.shareWithOperands();
    return planner.place();
  }

  private void findReaders() {
    Arrays.fill(lastReader, -1);
    for (int i = 0; i < program.instructions().size(); i++) {
      for (int slot : program.instructions().get(i).inputs()) {
        lastReader[slot] = i;
      }
    }
    lastReader[program.result()] = program.instructions().size();
  }

  private void shareWithOperands() {
    for (int i = 0; i < program.instructions().size(); i++) {
      Instruction instruction = program.instructions().get(i);
      int out = Program.outputOf(i);
      int first = instruction.inputs().length == 0 ? 0 : instruction.inputs()[0];
      switch (instruction.step()) {
        case FlattenStep _
            when FlattenStep.isView(shapes[first], channelMajor[first], channelMajor[out]) ->
            owners.join(first, out);
        case ElementStep _, SumStep _ when out != program.result() -> {
          for (int in : instruction.inputs()) {
            if (owners.of(out) == out && diesAt(i, in)) {
              owners.join(in, out);
            }
          }
        }
        default -> {}
      }
    }
  }

  /** Whether no step after this one reads the memory of a slot, which is the model's own. */
  private boolean diesAt(int instruction, int slot) {
    int owner = owners.of(slot);
    if (owner == owners.of(0)) {
      return false;
    }
    for (int other = 0; other < shapes.length; other++) {
      if (owners.of(other) == owner && lastReader[other] > instruction) {
        return false;
      }
    }
    return true;
  }

  private Placed place() {
    int[] bufferOf = new int[shapes.length];
    Arrays.fill(bufferOf, INPUT);
    List<Buffer> buffers = new ArrayList<>();
    long unshared = 0;
    for (int slot = 1; slot < shapes.length; slot++) {
      int owner = owners.of(slot);
      if (owner == owners.of(0)) {
        continue;
      }
      if (slot == program.result() && isAlone(slot)) {
        bufferOf[slot] = OUTPUT;
        continue;
      }
      if (owner == slot) {
        bufferOf[slot] = buffers.size();
        buffers.add(unplaced(slot));
      } else {
        bufferOf[slot] = bufferOf[owner];
      }
      unshared +=
          program.instructions().get(slot - 1).step() instanceof FlattenStep ? 0 : bytes(slot);
    }
    List<Buffer> placed = placed(buffers);
    long peak = placed.stream().mapToLong(Buffer::end).max().orElse(0);
    return new Placed(new MemoryPlan(shapes[0].dim(0), peak, unshared, placed), bufferOf);
  }

  private boolean isAlone(int slot) {
    return owners.of(slot) == slot
        && IntStream.range(0, shapes.length)
            .noneMatch(other -> other != slot && owners.of(other) == slot);
  }

  /** The buffer of a slot and of all that share its memory. */
  private Buffer unplaced(int slot) {
    int last = slot - 1;
    List<String> steps = new ArrayList<>();
    for (int other = slot; other < shapes.length; other++) {
      if (owners.of(other) == slot) {
        last = Math.max(last, Math.max(other - 1, lastReader[other]));
        steps.add(name(program.instructions().get(other - 1).step()));
      }
    }
    return new Buffer(
        String.join(" -> ", steps),
        shapes[slot],
        channelMajor[slot],
        0,
        bytes(slot),
        slot - 1,
        last);
  }

  private static String name(Step step) {
    return step instanceof ProductStep product
        ? product.operation() + " " + product.name()
        : step.describe();
  }

  private long bytes(int slot) {
    if (shapes[slot].size() > Integer.MAX_VALUE - ALIGNMENT) {
      throw new IllegalArgumentException(
          "compiled model: '%s' of %d rows has %d elements, more than the 2^31 that one tensor may have here; use smaller batches"
              .formatted(
                  name(program.instructions().get(slot - 1).step()),
                  shapes[0].dim(0),
                  shapes[slot].size()));
    }
    long bytes = shapes[slot].size() * program.dtype().bytes();
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** The buffers with their places, in the given order. */
  private static List<Buffer> placed(List<Buffer> buffers) {
    List<Buffer> largestFirst = new ArrayList<>(buffers);
    largestFirst.sort(Comparator.comparing(Buffer::bytes).reversed());
    List<Buffer> placed = new ArrayList<>(); // by offset
    for (Buffer buffer : largestFirst) {
      long at = 0;
      for (Buffer other : placed) {
        if (other.meets(buffer) && other.offset() < at + buffer.bytes()) {
          at = Math.max(at, other.end());
        }
      }
      placed.add(buffer.at(at));
      placed.sort(Comparator.comparing(Buffer::offset));
    }
    placed.sort(Comparator.comparing(Buffer::first));
    return placed;
  }
}
