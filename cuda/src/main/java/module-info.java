/** The GPU backend, found at run time as a service. */
module dev.espalier.cuda {
  requires transitive dev.espalier.tensor;
  requires jcublas;
  requires jcuda;
  requires jcusparse;

  exports dev.espalier.cuda;
  exports dev.espalier.cuda.context;
  exports dev.espalier.cuda.driver;
  exports dev.espalier.cuda.emulator;
  exports dev.espalier.cuda.kernel;
  exports dev.espalier.cuda.library;
  exports dev.espalier.cuda.memory;

  provides dev.espalier.tensor.spi.BackendProvider with
      dev.espalier.cuda.CudaProvider;
  provides java.util.spi.ToolProvider with
      dev.espalier.cuda.bench.BenchTool,
      dev.espalier.cuda.bench.TuneTool;
}
