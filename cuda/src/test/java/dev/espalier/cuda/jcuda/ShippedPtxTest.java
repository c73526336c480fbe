package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.kernel.Kernels;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every shipped module becomes machine code on every architecture, and no kernel spills except some
 * in float64, which is for gradient checks and not for speed.
 */
final class ShippedPtxTest {
  private static final Optional<Assembler> TOOLKIT = Assembler.ofToolkit();

  static List<String> modules() throws IOException, URISyntaxException {
    var any = Kernels.class.getResource("/dev/espalier/cuda/ptx/movement.ptx");
    try (Stream<Path> files = Files.list(Path.of(any.toURI()).getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".ptx"))
          .map(name -> name.substring(0, name.length() - ".ptx".length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void assemblesWithoutSpills(String module) throws IOException, InterruptedException {
    String ptx = Kernels.ptx(module);
    Set<String> entries = EntryParameters.of(ptx).keySet();
    assertThat(ptx).as("kernels, or functions for them").containsAnyOf(".entry", ".visible .func");
    List<String> architectures = List.of("sm_80", "sm_90");
    Assembler assembler = Assembler.any();
    if (ptx.contains(".target sm_90a")) {
      architectures = List.of("sm_90a");
    } else if (TOOLKIT.isPresent()) {
      architectures = List.of("sm_80", "sm_90", "sm_100");
    }
    for (String architecture : architectures) {
      var result = assembler.assemble(ptx, architecture);
      assertThat(result.accepted()).as("%s: %s", architecture, result.log()).isTrue();
      Map<String, Integer> spills = result.spills();
      assertThat(spills.keySet()).as("kernels that the log names").isEqualTo(entries);
      spills.keySet().removeIf(kernel -> kernel.contains("f64"));
      assertThat(spills.values()).as("%s: %s", architecture, spills).allMatch(bytes -> bytes == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void everyKernelIsInTheManifest(String module) {
    String ptx = Kernels.ptx(module);
    for (String entry : EntryParameters.of(ptx).keySet()) {
      assertThat(ptx).containsPattern("(?m)^// usage sm_\\w+ " + entry + " registers \\d+ shared");
    }
    assertThat(ptx).doesNotContainPattern("\\.file\\s+\\d+\\s+\"/");
  }

  @Test
  void theAssemblerOfJCudaTakesWhatShips() throws IOException, InterruptedException {
    var result = Assembler.ofJCuda().assemble(Kernels.ptx("movement"), "sm_90");
    assertThat(result.accepted()).as(result.log()).isTrue();
    assertThat(result.log()).contains("fill_bytes");
  }

  @Test
  void damagedTextIsRefusedByTheLine() throws IOException, InterruptedException {
    String damaged = Kernels.ptx("movement").replaceFirst("ld\\.param", "lb.param");
    var result = Assembler.ofJCuda().assemble(damaged, "sm_80");
    assertThat(result.accepted()).isFalse();
    assertThat(result.log()).contains("line");
  }

  @Test
  void tooNewTextIsRefusedByItsVersion() throws IOException, InterruptedException {
    assumeTrue(TOOLKIT.isPresent(), "needs ptxas");
    String tooNew = Kernels.ptx("movement").replaceFirst("\\.version 7\\.0", ".version 99.0");
    var result = TOOLKIT.get().assemble(tooNew, "sm_80");
    assertThat(result.accepted()).isFalse();
    assertThat(result.log()).contains("99.0");
  }
}
