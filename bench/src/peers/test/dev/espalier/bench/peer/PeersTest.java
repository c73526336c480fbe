package dev.espalier.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bench.kernel.CaseName;
import dev.espalier.bench.kernel.Cases;
import dev.espalier.bench.kernel.Contender;
import dev.espalier.bench.kernel.TinyCases;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer on every kind of problem that is measured with it. */
final class PeersTest {
  static Stream<Arguments> pairs() {
    return TinyCases.all()
        .flatMap(name -> Cases.peers(name).stream().map(peer -> Arguments.of(name, peer)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void peersComputeTheSame(CaseName name, String peer) {
    try (Contender theirs = Contender.open(name, peer, 1)) {
      assertThat(theirs.kernel()).isNotEmpty();
      theirs.run();
    }
  }

  @Test
  void libTorchMultipliesToo() {
    for (String name : new String[] {"gemm forward dense 5x7x9 0", "gemm dw dense 3*5x7x9 0"}) {
      try (Contender theirs = Contender.open(CaseName.parse(name), "libtorch", 1)) {
        theirs.run();
      }
    }
  }

  @Test
  void allFourAreServices() {
    assertThat(Peers.all())
        .extracting(PeerProvider::name)
        .containsExactly("libtorch", "onednn", "onnxruntime", "openblas");
  }
}
