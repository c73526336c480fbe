package dev.espalier.bench.peer.onednn;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.onednn.OneDnn.Form;
import dev.espalier.bench.peer.onednn.OneDnnCall.Operand;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The ways to put a matrix product: row-major as a BLAS takes it, in the library's own layouts, and
 * in its own layouts with the operands swapped ({@code cᵀ = bᵀ aᵀ}), as the library treats its
 * second operand as the constant weight.
 */
final class MatMulForms {
  private final Dnnl dnnl;
  private final Problem.Gemm problem;
  private final List<MemorySegment> inputs;

  MatMulForms(Dnnl dnnl, Problem.Gemm problem, List<MemorySegment> inputs) {
    this.dnnl = dnnl;
    this.problem = problem;
    this.inputs = inputs;
  }

  List<Form> all() {
    int m = problem.m();
    int k = problem.k();
    int n = problem.n();
    MemorySegment a = matrix(m, k, problem.transposeA());
    MemorySegment b = matrix(k, n, problem.transposeB());
    MemorySegment c = matrix(m, n, false);
    MemorySegment aSwapped = matrix(k, m, !problem.transposeA());
    MemorySegment bSwapped = matrix(n, k, !problem.transposeB());
    MemorySegment cSwapped = matrix(n, m, true);
    return List.of(
        () -> call("row-major", a, b, c, a, b, c, false),
        () -> call("own layouts", any(m, k), any(k, n), any(m, n), a, b, c, false),
        () ->
            call(
                "own layouts, swapped",
                any(n, k),
                any(k, m),
                any(n, m),
                bSwapped,
                aSwapped,
                cSwapped,
                true));
  }

  private OneDnnCall call(
      String variant,
      MemorySegment source,
      MemorySegment weights,
      MemorySegment result,
      MemorySegment sourceAsGiven,
      MemorySegment weightsAsGiven,
      MemorySegment resultAsAsked,
      boolean swapped) {
    MemorySegment description =
        dnnl.create(
            "dnnl_matmul_primitive_desc_create",
            dnnl.engine(),
            source,
            weights,
            MemorySegment.NULL,
            result,
            MemorySegment.NULL);
    return new OneDnnCall(
        dnnl,
        description,
        variant,
        List.of(
            new Operand(Dnnl.SRC, sourceAsGiven, inputs.get(swapped ? 1 : 0)),
            new Operand(Dnnl.WEIGHTS, weightsAsGiven, inputs.get(swapped ? 0 : 1))),
        new Operand(Dnnl.DST, resultAsAsked, null));
  }

  private MemorySegment any(long rows, long columns) {
    return problem.batch() == 1
        ? dnnl.anyLayout(rows, columns)
        : dnnl.anyLayout(problem.batch(), rows, columns);
  }

  private MemorySegment matrix(long rows, long columns, boolean transposed) {
    long rowStep = transposed ? 1 : columns;
    long columnStep = transposed ? rows : 1;
    return problem.batch() == 1
        ? dnnl.strided(new long[] {rows, columns}, rowStep, columnStep)
        : dnnl.strided(
            new long[] {problem.batch(), rows, columns}, rows * columns, rowStep, columnStep);
  }
}
