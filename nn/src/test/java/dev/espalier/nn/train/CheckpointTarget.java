package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.nn.data.DataLoader;
import dev.espalier.tensor.io.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A training that has not begun, which hostile checkpoints must leave as it is. */
final class CheckpointTarget implements AutoCloseable {
  private final SmallTraining training = new SmallTraining(CheckpointBytes.EPOCHS);
  private final String untouched = training.digest();

  String digest() {
    return training.digest();
  }

  Trainer trainer() {
    return training.trainer;
  }

  /** Reads and restores. */
  void load(Path file) {
    try (Checkpoint checkpoint = Checkpoint.read(file)) {
      training.trainer.restore(checkpoint);
    }
  }

  /** Fails unless a documented exception names the file and these, and nothing was changed. */
  void refuses(Path file, byte[] bytes, String... named) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Throwable refusal = catchThrowable(() -> load(file));
    assertThat(refusal)
        .isInstanceOfAny(
            TensorFileException.class, IllegalArgumentException.class, UncheckedIOException.class)
        .hasMessageContaining(file.toString());
    for (String part : named) {
      assertThat(refusal).hasMessageContaining(part);
    }
    expectUntouched();
  }

  void expectUntouched() {
    assertThat(training.digest()).isEqualTo(untouched);
    assertThat(training.model.parameters()).allMatch(p -> p.mask() == null && !p.isFrozen());
    assertThat(training.trainer.step()).isZero();
    assertThat(training.data.position()).isEqualTo(DataLoader.Position.START);
    assertThat(training.optimizer.stepCounts()).isEmpty();
    assertThat(training.model.namedGenerators().values())
        .allMatch(generator -> generator.state().position() == 0);
  }

  @Override
  public void close() {
    training.close();
  }
}
