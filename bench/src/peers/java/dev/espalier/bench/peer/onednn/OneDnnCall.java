package dev.espalier.bench.peer.onednn;

import dev.espalier.bench.peer.PeerCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A primitive with its operands in the layouts that it wants. */
final class OneDnnCall implements PeerCall {
  /**
   * One operand.
   *
   * @param name {@code DNNL_ARG_…}
   * @param layout of the data as given
   * @param data null for the result
   */
  record Operand(int name, MemorySegment layout, MemorySegment data) {}

  private final Dnnl dnnl;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment primitive;
  private final MemorySegment arguments;
  private final int count;
  private final MemorySegment resultLayout;
  private final MemorySegment wantedResultLayout;
  private final MemorySegment result;
  private final String kernel;

  /**
   * @param variant how the problem was put, for the record
   */
  OneDnnCall(
      Dnnl dnnl, MemorySegment description, String variant, List<Operand> inputs, Operand output) {
    this.dnnl = dnnl;
    primitive = dnnl.create("dnnl_primitive_create", description);
    List<Integer> names = new ArrayList<>();
    List<MemorySegment> memories = new ArrayList<>();
    for (Operand input : inputs) {
      MemorySegment wanted = dnnl.wanted(description, input.name());
      MemorySegment data = input.data();
      if (!dnnl.same(input.layout(), wanted)) {
        data = dnnl.allocate(arena, wanted);
        dnnl.reorder(input.layout(), input.data(), wanted, data);
      }
      names.add(input.name());
      memories.add(dnnl.memory(wanted, data));
    }
    resultLayout = output.layout();
    wantedResultLayout = dnnl.wanted(description, output.name());
    result = dnnl.allocate(arena, wantedResultLayout);
    names.add(output.name());
    memories.add(dnnl.memory(wantedResultLayout, result));
    arguments = dnnl.arguments(names, memories);
    count = names.size();
    kernel = dnnl.implementation(description) + " " + variant;
  }

  @Override
  public void run() {
    dnnl.execute(primitive, arguments, count);
  }

  @Override
  public void result(MemorySegment out) {
    dnnl.reorder(wantedResultLayout, result, resultLayout, out);
  }

  @Override
  public String kernel() {
    return kernel;
  }

  @Override
  public void close() {
    dnnl.call("dnnl_primitive_destroy", primitive);
    arena.close();
  }
}
