package dev.espalier.cuda.bench;

import dev.espalier.cuda.library.SparseLibrary.PreparedProduct;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/** A call that a library prepares once for each set of operands. */
final class PreparedCall implements Call {
  private final Function<OperandSet, PreparedProduct> prepare;
  private final Map<OperandSet, PreparedProduct> prepared = new IdentityHashMap<>();

  PreparedCall(Function<OperandSet, PreparedProduct> prepare) {
    this.prepare = prepare;
  }

  @Override
  public void on(OperandSet operands) {
    prepared.computeIfAbsent(operands, prepare).run();
  }

  @Override
  public void close() {
    prepared.values().forEach(PreparedProduct::close);
    prepared.clear();
  }
}
