package dev.espalier.cuda.jcuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** Turns PTX into machine code, which needs no GPU. */
public interface Assembler {
  /** Where a statement comes from, the files' names and the section of functions' names. */
  Pattern LINE_INFORMATION =
      Pattern.compile("(?m)^\\s*\\.(loc|file)\\s.*$|^\\s*\\.section\\s+\\.debug_str\\s*\\{[^}]*}");

  /**
   * What became of a text.
   *
   * @param log with registers, shared memory and spills of each kernel if all went well, else with
   *     the errors
   */
  record Result(boolean accepted, String log) {
    private static final Pattern USED =
        Pattern.compile(
            "entry function '(\\w+)'.*?(\\d+) bytes spill stores, (\\d+) bytes spill loads",
            Pattern.DOTALL);

    /** Bytes that each kernel stores and loads for want of registers. */
    public Map<String, Integer> spills() {
      Map<String, Integer> spills = new TreeMap<>();
      for (Matcher used = USED.matcher(log); used.find(); ) {
        spills.put(
            used.group(1), Integer.parseInt(used.group(2)) + Integer.parseInt(used.group(3)));
      }
      return spills;
    }
  }

  Result assemble(String ptx, String architecture) throws IOException, InterruptedException;

  /** The toolkit's assembler, where it is installed. */
  static Optional<Assembler> ofToolkit() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path ptxas = Path.of(folder, "ptxas");
      if (Files.isExecutable(ptxas)) {
        return Optional.of((ptx, architecture) -> run(ptxas, ptx, architecture));
      }
    }
    return Optional.empty();
  }

  private static Result run(Path ptxas, String ptx, String architecture)
      throws IOException, InterruptedException {
    Path input = Files.createTempFile("kernel", ".ptx");
    Path output = Files.createTempFile("kernel", ".cubin");
    try {
      Files.writeString(input, ptx);
      Process process =
          new ProcessBuilder(
                  List.of(
                      ptxas.toString(),
                      "-v",
                      "-arch=" + architecture,
                      input.toString(),
                      "-o",
                      output.toString()))
              .redirectErrorStream(true)
              .start();
      String log = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Result(process.waitFor() == 0, log);
    } finally {
      Files.delete(input);
      Files.delete(output);
    }
  }

  /** The toolkit's, or JCuda's where it is not installed. */
  static Assembler any() {
    return ofToolkit().orElseGet(Assembler::ofJCuda);
  }

  /**
   * The assembler that comes with JCuda: up to ISA 8.5 and sm_90a. It dies of line information of
   * inlined functions, so it is given none.
   */
  static Assembler ofJCuda() {
    NativeLibrary.unpack("JNvPTXCompiler");
    return Assembler::compile;
  }

  private static Result compile(String ptx, String architecture) {
    var handle = new nvPTXCompilerHandle();
    byte[] text = (LINE_INFORMATION.matcher(ptx).replaceAll("") + "\0").getBytes(UTF_8);
    JNvPTXCompiler.setExceptionsEnabled(false);
    try {
      JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, text);
      String[] options = {"--gpu-name=" + architecture, "--verbose"};
      boolean accepted = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options) == 0;
      long[] size = new long[1];
      if (accepted) {
        JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size);
      } else {
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size);
      }
      byte[] log = new byte[Math.toIntExact(size[0]) + 1];
      if (accepted) {
        JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, log);
      } else {
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log);
      }
      return new Result(accepted, new String(log, UTF_8));
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(handle);
    }
  }
}
