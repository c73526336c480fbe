package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.LaunchSequence;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** A CUDA graph, ready to launch. */
final class JCudaSequence implements LaunchSequence, Resource {
  private final JCudaContext context;
  private final CUgraphExec executable = new CUgraphExec();
  private final int size;

  /** Takes over what was captured. */
  JCudaSequence(JCudaContext context, CUgraph graph) {
    this.context = context;
    try {
      long[] nodes = new long[1];
      CudaCall.check(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
      size = Math.toIntExact(nodes[0]);
      CudaCall.check(
          JCudaDriver.cuGraphInstantiate(executable, graph, 0),
          "cuGraphInstantiate of %d commands".formatted(size));
    } finally {
      JCudaDriver.cuGraphDestroy(graph);
    }
    context.opened(this);
  }

  CUgraphExec handle() {
    return executable;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    if (context.closed(this)) {
      context.enter();
      CudaCall.check(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
    }
  }
}
